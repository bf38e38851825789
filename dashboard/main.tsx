import { AnyCards } from "./any/any-cards.tsx";
import { showPage } from "./show-page.tsx";

showPage(AnyCards);

import { showPage } from "../../dashboard/show-page.tsx";
import { MarketplaceCards } from "./marketplace-cards.tsx";
import "./marketplace.css";

showPage(MarketplaceCards, ["trends"]);

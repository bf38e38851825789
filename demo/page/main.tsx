import { showPage } from "../../dashboard/show-page.tsx";
import { MarketplaceCards } from "./marketplace-cards.tsx";
import "./marketplace.css";
import "./calendar/calendar.css";
import "./bookings/bookings.css";
import "./hangars/hangars.css";

showPage(MarketplaceCards, ["trends"]);

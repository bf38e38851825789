import { showPage } from "../../dashboard/show-page.tsx";
import { MarketplaceCards } from "./marketplace-cards.tsx";
import { PLATFORM, platformName } from "./platform/words.ts";
import "./marketplace.css";
import "./calendar/calendar.css";
import "./bookings/bookings.css";
import "./hangars/hangars.css";
import "./platform/platform.css";

showPage(MarketplaceCards, {
  parts: ["trends"],
  home: PLATFORM,
  nameOf: (topic, tag) => (topic === PLATFORM ? platformName(tag) : undefined),
});

import type { Format } from "../../../react/display/format.ts";
import type { Notice } from "./feed.ts";
import type { NoticeWords } from "./words.ts";

/** In one sentence. A listing or a currency that could not be looked up is left out. */
export function writeNotice({ kind, data }: Notice, words: NoticeWords, format: Format): string {
  const text = (name: string) => (typeof data[name] === "string" ? data[name] : undefined);
  const hangar = text("hangarNumber") ?? "—";
  switch (kind) {
    case "bookings":
      return words.booking(text("guestName") ?? "—", hangar);
    case "payments":
      return words.payment(text("guestName") ?? "—", format.money(text("amount") ?? "0", text("currency")));
    default:
      return words.arrival(text("newOccupant") ?? "—", hangar);
  }
}

import { utcMidnight } from "../../daemon/metrics/civil-date.ts";
import { isoDate } from "./naive-snapshot.ts";

const MINUTE = 60_000_000;
const formats = new Map<string, Intl.DateTimeFormat>();
const starts = new Map<string, number>();

/**
 * When a local day begins by the rules that Node knows: the earliest minute whose local date is that day or later. In microseconds
 * since 1970. Throws for a zone that Node does not know, as PostgreSQL fails for one that it doesn't.
 */
export function dayStartByRules(zone: string, day: number): number {
  const name = `${zone} ${day}`;
  const known = starts.get(name);
  if (known !== undefined) return known;
  const date = isoDate(day);
  let [before, after] = [utcMidnight(day) - 26 * 60 * MINUTE, utcMidnight(day) + 26 * 60 * MINUTE];
  // Where clocks go back over midnight the date is not monotonic: look for the first quarter hour, then for its minute.
  for (let at = before; at <= after; at += 15 * MINUTE) {
    if (localDate(zone, at) >= date) {
      [before, after] = [at - 15 * MINUTE, at];
      break;
    }
  }
  for (let at = before; at <= after; at += MINUTE) {
    if (localDate(zone, at) < date) continue;
    starts.set(name, at);
    return at;
  }
  throw new Error(`${date} does not begin in ${zone}`);
}

function localDate(zone: string, micros: number): string {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
    formats.set(zone, format);
  }
  return format.format(micros / 1000);
}

import type { Period } from "../../protocol/schema.ts";
import type { Format } from "../../react/display/format.ts";

/** What a period of a chart is called, and in short, where there is little room. Its key is as the document has it. */
export function periodNames(
  key: string,
  unit: Period["unit"],
  format: Format,
): { readonly name: string; readonly label: string } {
  switch (unit) {
    case "hour": {
      const label = `${key.slice(11)}:00`;
      return { name: `${format.date(key.slice(0, 10))}, ${label}`, label };
    }
    case "day":
    case "week":
      return { name: format.date(key), label: format.day(key) };
    case "month":
      return { name: format.monthAndYear(key), label: format.month(key) };
    default:
      return { name: key, label: key };
  }
}

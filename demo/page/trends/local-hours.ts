/** The hours of a zone's clock. On the day when clocks go forward one of them is not there; when they go back, one lasts for two. */

export interface LocalHour {
  /** `YYYY-MM-DDTHH` */
  readonly key: string;
  /** How long it lasts, in hours. */
  readonly hours: number;
}

const QUARTER_MS = 900_000;
/** No zone is further from UTC, nor does a change of clocks take more. */
const FURTHEST_MS = 16 * 3_600_000;

/** The hour of an instant, as a clock of the zone shows it. Throws a RangeError for a zone that the browser does not know. */
export function localHourOf(at: Date | number, zone: string): string {
  return hourWriter(zone)(at);
}

/** The hours of a local day, first to last. All clock changes since 1972 are of whole quarters. */
export function localHours(day: string, zone: string): LocalHour[] {
  const write = hourWriter(zone);
  const midnight = Date.parse(`${day}T00:00:00Z`);
  const quarters = new Map<string, number>();
  for (let at = midnight - FURTHEST_MS; at < midnight + 86_400_000 + FURTHEST_MS; at += QUARTER_MS) {
    const key = write(at);
    if (key.startsWith(day)) quarters.set(key, (quarters.get(key) ?? 0) + 1);
  }
  return [...quarters]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, many]) => ({ key, hours: many / 4 }));
}

/** By zone: to make one takes as long as to write some hundred hours. */
const formats = new Map<string, Intl.DateTimeFormat>();

function hourWriter(zone: string): (at: Date | number) => string {
  const format = formats.get(zone) ?? hourFormat(zone);
  formats.set(zone, format);
  return (at) => format.format(at).replace(" ", "T");
}

function hourFormat(zone: string): Intl.DateTimeFormat {
  // Swedish writes dates as ISO does.
  return new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    hourCycle: "h23",
  });
}

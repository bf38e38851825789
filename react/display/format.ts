/** How the page writes values, in one language. Every function takes what the document holds and is pure. */
export interface Format {
  /** A decimal string, in the document's currency; without a currency, as a number. No digit is lost, whatever the size. */
  readonly money: (value: string, currency: string | undefined) => string;
  /** The same, or with a text behind the number. */
  readonly amount: (value: string, unit: { readonly currency?: string | undefined; readonly text?: string }) => string;
  /** A count or a decimal string, rounded to what fits over a bar. */
  readonly short: (value: string | number) => string;
  /** So many days. */
  readonly days: (value: number) => string;
  readonly count: (value: number) => string;
  /** A percentage with one decimal. */
  readonly percentage: (value: number) => string;
  /** A percentage with its sign. */
  readonly growth: (value: number) => string;
  /** `YYYY-MM-DD` as a date with its weekday. */
  readonly date: (value: string) => string;
  /** `YYYY-MM-DD` as the day of the month. */
  readonly day: (value: string) => string;
  /** `YYYY-MM` as an abbreviated month. */
  readonly month: (value: string) => string;
  /** `YYYY-MM` as month and year. */
  readonly monthAndYear: (value: string) => string;
  /** Milliseconds since 1970 as the time of day where the reader is. */
  readonly time: (at: number) => string;
  /** Milliseconds since 1970 as date and time where the reader is. */
  readonly dateAndTime: (at: number) => string;
}

export function formatFor(language: string): Format {
  const count = new Intl.NumberFormat(language);
  const short = new Intl.NumberFormat(language, { notation: "compact", maximumSignificantDigits: 3 });
  const days = new Intl.NumberFormat(language, { style: "unit", unit: "day", unitDisplay: "long" });
  const percent = { style: "unit", unit: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 } as const;
  const percentage = new Intl.NumberFormat(language, percent);
  const growth = new Intl.NumberFormat(language, { ...percent, signDisplay: "exceptZero" });
  const date = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: "UTC" });
  const weekday = new Intl.DateTimeFormat(language, { weekday: "long", timeZone: "UTC" });
  const month = new Intl.DateTimeFormat(language, { month: "short", timeZone: "UTC" });
  const monthAndYear = new Intl.DateTimeFormat(language, { month: "long", year: "numeric", timeZone: "UTC" });
  const time = new Intl.DateTimeFormat(language, { timeStyle: "medium" });
  const dateAndTime = new Intl.DateTimeFormat(language, { dateStyle: "short", timeStyle: "medium" });
  return {
    amount: (value, { currency, text }) => {
      const number = moneyFormat(language, currency, value).format(value as Intl.StringNumericLiteral);
      return text === undefined ? number : `${number} ${text}`;
    },
    short: (value) => short.format(Number(value)),
    days: (value) => days.format(value),
    day: (value) => String(Number(value.slice(8))),
    money: (value, currency) => moneyFormat(language, currency, value).format(value as Intl.StringNumericLiteral),
    count: (value) => count.format(value),
    percentage: (value) => percentage.format(value),
    growth: (value) => growth.format(value),
    date: (value) => `${weekday.format(new Date(value))}, ${date.format(new Date(value))}`,
    month: (value) => month.format(new Date(value)).replace(/\.$/, ""),
    monthAndYear: (value) => monthAndYear.format(new Date(value)),
    time: (at) => time.format(at),
    dateAndTime: (at) => dateAndTime.format(at),
  };
}

const moneyFormats = new Map<string, Intl.NumberFormat>();

function moneyFormat(language: string, currency: string | undefined, value: string): Intl.NumberFormat {
  const digits = value.split(".")[1]?.length ?? 0;
  const key = [language, currency, digits].join(" ");
  const known = moneyFormats.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat(language, {
    ...(isCurrency(currency) && { style: "currency", currency }),
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  moneyFormats.set(key, made);
  return made;
}

/** What `Intl` accepts: a currency column is only text. */
function isCurrency(currency: string | undefined): currency is string {
  return currency !== undefined && /^[A-Za-z]{3}$/.test(currency);
}

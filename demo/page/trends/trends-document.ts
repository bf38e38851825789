/** What a topic `trends:ID` holds: an owner by hours, days, weeks and months of its own zone. Periods without a row have no entry. */
export interface TrendsDocument {
  readonly currency?: string;
  /** Decimal strings. */
  readonly revenue?: Periods<string>;
  readonly bookings?: Periods<number>;
  /** Stays that begin, confirmed or completed. */
  readonly arrivals?: Pick<Periods<number>, "byDay">;
  /** Decimal strings. */
  readonly payouts?: Pick<Periods<string>, "byMonth">;
}

export interface Periods<Value extends string | number> {
  /** The last 48, as `YYYY-MM-DDTHH`. */
  readonly byHour?: Readonly<Record<string, Value>>;
  /** The last 30, as `YYYY-MM-DD`. */
  readonly byDay?: Readonly<Record<string, Value>>;
  /** The last 12, by their Mondays. */
  readonly byWeek?: Readonly<Record<string, Value>>;
  /** The last 12, as `YYYY-MM`. */
  readonly byMonth?: Readonly<Record<string, Value>>;
}

export interface Trends {
  /** Empty until it comes. */
  readonly document: TrendsDocument;
  /** The instant that they hold for. */
  readonly asOf: string | undefined;
}

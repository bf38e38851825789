/**
 * The hangar marketplace's metrics document. Money: decimal strings; counts and percentages: numbers; a value that can't be said is
 * absent. Groups are optional here although they always exist, so that the page also shows a document of another configuration.
 */
export interface MetricsDocument {
  readonly currency?: string;
  readonly revenue?: {
    readonly today?: string;
    readonly month?: string;
    readonly last30Days?: string;
    readonly growthWeek?: number;
    readonly growthMonth?: number;
  };
  readonly bookings?: {
    readonly today?: number;
    readonly total?: number;
    readonly byStatus?: Counts;
    readonly byMonth?: Counts;
  };
  readonly listings?: {
    readonly total?: number;
    readonly active?: number;
    readonly published?: number;
    readonly byStatus?: Counts;
  };
  readonly occupancy?: {
    readonly booked?: number;
    readonly available?: number;
    readonly percentage?: number;
  };
  readonly payouts?: {
    readonly pending?: string;
    readonly nextDate?: string;
  };
}

/** Keys with a count above 0. */
export type Counts = Readonly<Record<string, number>>;

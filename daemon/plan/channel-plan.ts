/** Channels of a {@link Plan}. SQL in them refers to a row `r`, as everywhere in a plan. */

import type { WatchedTable } from "./watched-table.ts";
import type { WritesPlan } from "./writes-plan.ts";

/** A kind of channels: topics `<kind>:<key>`. */
export interface ChannelPlan {
  readonly kind: string;
  /** The table with one row for each channel: its source, and the captured column of its key. */
  readonly source: string;
  readonly key: string;
  /** The key's own type in the database, to which keys on the wire are cast. */
  readonly keyType: string;
  readonly members: MembersPlan;
  readonly sets: readonly RowSetPlan[];
  /** Beside its rows it shows who is there, and who types. */
  readonly shows: { readonly presence: boolean; readonly typing: boolean };
  /** The watched tables as this kind sees them: what it calls `owner` names the channel. */
  readonly tables: readonly WatchedTable[];
}

export type MembersPlan =
  | { readonly kind: "everyone" }
  | { readonly kind: "claim"; readonly claim: string }
  /** A captured column of the channel's own row names the user, or the owner. */
  | { readonly kind: "user" | "owner"; readonly column: string }
  | { readonly kind: "table"; readonly source: string; readonly channel: string; readonly user: string };

/** Rows of one table, by channel. Columns are captured ones of the source. */
export interface RowSetPlan {
  readonly name: string;
  readonly source: string;
  readonly channel: string;
  readonly key: string;
  /** Of the greatest by `order` so many are held; undefined: all, which may be at most {@link RowLimits.rows}. */
  readonly count: number | undefined;
  /** What rows are ordered by, oldest first; the last column is the key, or orders as it does. */
  readonly order: readonly OrderColumn[];
  readonly limits: RowLimits;
  /** Rows for which it is not true are none. */
  readonly where: string;
  /** SQL of the JSON object that clients get. */
  readonly data: string;
  /** What clients may change; undefined: nothing. */
  readonly writes?: WritesPlan | undefined;
}

/** A column without NULLs whose order is that of whole numbers, or of a text byte by byte. */
export interface OrderColumn {
  readonly column: string;
  readonly kind: "integer" | "timestamptz" | "timestamp" | "date" | "uuid" | "text";
}

/** What a channel may hold of a set; more is refused as `too_large`. */
export interface RowLimits {
  /** Without `newest`. */
  readonly rows: number;
  /** One row, in bytes of JSON. */
  readonly rowBytes: number;
}

/** Where nothing else is said. */
export const ROW_LIMITS: RowLimits = { rows: 1_000, rowBytes: 65_536 };
/** The most that `newest` may hold. */
export const MOST_NEWEST = 1_000;
/**
 * Who may see one channel, from a table. With names of 13 letters each takes 78 bytes while the channel is followed (of 20,000; 61 of 200,000):
 * 1.6 MB for a channel that is full.
 */
export const MOST_MEMBERS = 20_000;
/** In bytes of JSON, of all that a set holds of a channel. */
export const MOST_SET_BYTES = 1_048_576;

/** The same plan with other limits. */
export function limited(plan: ChannelPlan, limits: RowLimits): ChannelPlan {
  return { ...plan, sets: plan.sets.map((set) => ({ ...set, limits })) };
}

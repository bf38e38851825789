/** One column whose images a change table keeps. */
export interface CapturedColumn {
  readonly name: string;
  /** The wide, unconstrained PostgreSQL type that images are stored in, e.g. `bigint`, `numeric`, `text`. */
  readonly type: string;
}

/**
 * One watched table as capture sees it: its names in the database and the columns that definitions need.
 * Its change table is `deltad."change_<source>"`.
 */
export interface WatchedTable {
  /** The name in the configuration; the owner table's is {@link OWNER_SOURCE}. */
  readonly source: string;
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly CapturedColumn[];
  /** The column that names a row, and is captured. */
  readonly key: string;
  /** The captured column that names the owner; for the owner table, its key. */
  readonly owner: string;
}

/** The source name reserved for the owner table. */
export const OWNER_SOURCE = "owner";

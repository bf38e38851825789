/** One column whose images a change table keeps. */
export interface CapturedColumn {
  readonly name: string;
  /** The wide, unconstrained PostgreSQL type that images are stored in, e.g. `bigint`, `numeric`, `text`. */
  readonly type: string;
}

/** The columns of the own key of a kind's table, in the types to which texts from outside are cast. Its topics' names have their values in this order. */
export type OwnerKey = readonly [CapturedColumn, ...CapturedColumn[]];

/**
 * One watched table as capture sees it: its names in the database and the columns that definitions need.
 * Its change table is `deltad."change_<source>"`. In the plan of one kind of topics `owner` and `parents` are of that kind, whose topics are
 * called owners there.
 */
export interface WatchedTable {
  /** The name in the configuration; that of the kind `owner`'s own table is {@link OWNER_SOURCE}, of another kind's that is no source the kind's. */
  readonly source: string;
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly CapturedColumn[];
  /** The column that names a row, and is captured. */
  readonly key: string | readonly string[];
  /**
   * What names the owner, several columns if its key has them; for the owners' own table and rows that are nobody's, their key; where there are `parents`, what names a row of the
   * first of them, several columns if that one's key is.
   */
  readonly owner: Link;
  /** All of these by which kinds find their rows: a bulk statement says by each of them whose rows it changed. Undefined: by `owner` alone. */
  readonly links?: readonly Link[];
  /** Nothing tells its rows apart, and nothing need. */
  readonly isKeyless?: true;
  /** The tables between the rows and their owners, from the nearest on. */
  readonly parents?: readonly ParentTable[];
  /** Of a table whose rows are nobody's: by which columns of the owners' own table they are named; see owner-lookup.ts. */
  readonly namedIn?:
    | {
        readonly schema: string;
        readonly table: string;
        readonly key: OwnerKey;
        readonly by: readonly string[];
        /** What owners have of it. */
        readonly shown: readonly string[];
      }
    | undefined;
}

/** A watched table through whose rows other tables' rows find their owner. */
export interface ParentTable {
  readonly source: string;
  readonly schema: string;
  readonly table: string;
  /** By which the rows below name its rows, in the order of their columns. */
  readonly key: readonly CapturedColumn[];
  /** The columns that name a row of the next table, of the last the owner. */
  readonly next: readonly CapturedColumn[];
  /** What definitions about the rows below it use of it. */
  readonly columns: readonly ParentColumn[];
}

/** A parent's column, as the rows below have it. */
export interface ParentColumn extends CapturedColumn {
  /** Its name in those rows, which none of their own columns has. */
  readonly as: string;
  /** Numbers, or which events there are, depend on it. False: events tell it, as it is then. */
  readonly counts: boolean;
}

/** The captured column, or columns, that name a row or an owner. {@link EVERY_ROW}: none, all rows are those of the one topic of their kind. */
export type Link = string | readonly string[];

export function linkColumns(link: Link): readonly string[] {
  if (link === EVERY_ROW) return [];
  return typeof link === "string" ? [link] : link;
}

/** As resets, and what is written down of a source, call it. */
export function linkName(link: Link): string {
  return typeof link === "string" ? link : JSON.stringify(link);
}

export function keyColumns({ key }: Pick<WatchedTable, "key">): readonly string[] {
  return typeof key === "string" ? [key] : key;
}

/** The columns of a row as definitions see it: the table's own that are captured, and those of its parents. */
export function rowColumns({ columns, parents = [] }: WatchedTable): readonly CapturedColumn[] {
  return [...columns, ...parents.flatMap((parent) => parent.columns.map(({ as, type }) => ({ name: as, type })))];
}

/** In place of a column's name, which is never empty. */
export const EVERY_ROW = "";

/** The key of the one topic of a kind without a table: `platform:all`. */
export const WHOLE_KEY = "all";

/** The source name reserved for the table of the kind `owner`. */
export const OWNER_SOURCE = "owner";

/** What clients may change of a set of rows, as a {@link ChannelPlan} has it. */

/** Of one set. */
export interface WritesPlan {
  /** The function in schema deltad that does it: `write_<kind>.<set>`. */
  readonly functionName: string;
  /** Who of the members; undefined: all. */
  readonly by: WritersPlan | undefined;
  readonly insert: InsertPlan | undefined;
  readonly registers: readonly RegisterPlan[];
  readonly isDeletable: boolean;
  /** The setting that holds the token's claims meanwhile. */
  readonly claims: string | undefined;
  /** The columns that say whether a row is there, and what is in the registers. */
  readonly reads: readonly string[];
}

/** Who may write; a table need not be captured. */
export type WritersPlan =
  | { readonly kind: "everyone" | "claim" }
  | { readonly kind: "user" | "owner"; readonly column: string }
  | WritersTable;

export interface WritersTable {
  readonly kind: "table";
  readonly schema: string;
  readonly table: string;
  readonly channel: string;
  readonly user: string;
  /** In its wide type. */
  readonly userType: string;
  /** SQL over `r`, whose columns are in their wide types. */
  readonly where: string;
  /** What {@link where} uses. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** Columns that change together. */
export interface RegisterPlan {
  readonly name: string;
  readonly isChecked: boolean;
  readonly fields: readonly WrittenField[];
}

/** A column that clients write, by its name in `data`. */
export interface WrittenField {
  readonly name: string;
  readonly column: string;
  readonly form: WrittenForm;
  /** SQL of its value as clients get it, over `r`. */
  readonly shown: string;
}

/** What JSON a value is; a list has items of one. */
export type WrittenForm = SingleForm | "json" | { readonly items: SingleForm };
export type SingleForm = "text" | "number" | "boolean";

export interface InsertPlan {
  /** The database makes the key, and the client hears of it. */
  readonly makesKey: boolean;
  /** What a client may give beside the key. */
  readonly fields: readonly WrittenField[];
  /** What the row is given whatever the client says; undefined: the user's name. */
  readonly defaults: readonly { readonly column: string; readonly value: string | undefined }[];
}

/** The columns that an insert may name. */
export function insertedColumns(
  { makesKey, fields, defaults }: InsertPlan,
  row: { readonly key: string; readonly channel: string },
): readonly string[] {
  const given = [row.channel, ...fields.map(({ column }) => column), ...defaults.map(({ column }) => column)];
  return makesKey ? given : [row.key, ...given];
}

/** The columns that clients may change. */
export function updatedColumns({ registers }: Pick<WritesPlan, "registers">): readonly string[] {
  return registers.flatMap(({ fields }) => fields.map(({ column }) => column));
}

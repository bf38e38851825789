/** Channels as the builders of define-channel.ts hold them and compile-channel.ts reads them: plain data over Drizzle tables, columns and conditions. */
import type { SQL } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";

/** Where a channel keeps its definition; see `definition` of definition.ts. */
export const channelDefinition: unique symbol = Symbol.for("deltad.channel");
/** Where a set of rows keeps its definition. */
export const rowsDefinition: unique symbol = Symbol.for("deltad.rows");
/** Where a register keeps its definition. */
export const registerDefinition: unique symbol = Symbol.for("deltad.register");
/** Where what a row is given at its insert is kept. */
export const givenDefinition: unique symbol = Symbol.for("deltad.given");
/** Where the answer to who may see a channel is kept. */
export const membersDefinition: unique symbol = Symbol.for("deltad.members");

/** A kind of channels as `channels` of a configuration takes it. `~rows` exists for the compiler only: it carries the rows' types. */
export interface Channel<Sets> {
  readonly [channelDefinition]: ChannelDefinition;
  readonly "~rows"?: () => Sets;
}

/** One set of rows of a channel. */
export interface Rows<Row> {
  readonly [rowsDefinition]: RowsOfChannel;
  readonly "~row"?: () => Row;
}

/** Who may see a channel. */
export interface Members {
  readonly [membersDefinition]: MembersDefinition;
}

export type ChannelTree = Readonly<Record<string, Channel<unknown>>>;

export interface ChannelDefinition {
  /** The key of the table with one row for each channel. */
  readonly row: PgColumn;
  readonly members: MembersDefinition;
  readonly rows: Readonly<Record<string, RowsOfChannel>>;
  /** It shows who is there, and who types. */
  readonly presence: boolean;
  readonly typing: boolean;
}

export type MembersDefinition =
  | { readonly kind: "everyone" }
  | { readonly kind: "claim"; readonly claim: string }
  /** Of the channel's own row: its user, or the owner whose bearers see it. */
  | { readonly kind: "user" | "owner"; readonly column: PgColumn }
  | {
      readonly kind: "table";
      readonly table: PgTable;
      readonly channel: PgColumn;
      readonly user: PgColumn;
      /** Rows for which it is not true let nobody in. */
      readonly where: SQL | undefined;
    };

export interface RowsOfChannel {
  readonly table: PgTable;
  readonly channel: PgColumn;
  readonly key: PgColumn;
  readonly newest: { readonly count: number; readonly by: readonly PgColumn[] } | undefined;
  /** True for rows that are there no more. */
  readonly deleted: SQL | undefined;
  readonly data: Readonly<Record<string, PgColumn>>;
  /** What clients may change of them. */
  readonly writes: WritesDefinition | undefined;
}

export interface WritesDefinition {
  /** Who of the members; undefined: all. */
  readonly by: MembersDefinition | undefined;
  readonly insert: InsertDefinition | undefined;
  readonly registers: Readonly<Record<string, RegisterDefinition>>;
  readonly isDeletable: boolean;
  /** The setting that holds the token's claims while a client's operation is done. */
  readonly claims: string | undefined;
}

export interface InsertDefinition {
  /** Those that a client may give; undefined: all in `data`. */
  readonly columns: readonly PgColumn[] | undefined;
  readonly defaults: readonly { readonly column: PgColumn; readonly given: GivenDefinition }[];
}

/** Columns that change together. */
export interface RegisterDefinition {
  readonly columns: readonly PgColumn[];
  /** Who did not see the value that is there changes nothing. */
  readonly isChecked: boolean;
}

export type GivenDefinition =
  | { readonly kind: "user" }
  | { readonly kind: "constant"; readonly value: string | number | boolean };

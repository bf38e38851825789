/** A configuration's outer form, and its type. */
import type { ChannelTree } from "./channel-definition.ts";
import type { Metric } from "./definition.ts";
import type { Field } from "./define-event.ts";
import type { Through } from "./define-owner.ts";
import type { EventTree } from "./event-definition.ts";
import type { ColumnOf, TableOf } from "./typed-table.ts";

/** A configuration, as `deltad.config.ts` exports it by default. */
export interface Config<
  Metrics extends MetricTree = MetricTree,
  Events extends EventTree = EventTree,
  // oxlint-disable-next-line typescript/no-generated-empty-object-type -- where no others are declared there are owners alone
  Topics extends TopicTree = Record<never, never>,
  Channels extends ChannelTree = ChannelTree,
> {
  /** The table with one row per owner. Hours, days and months are those of the owner's time zone. */
  readonly owner: Rows;
  /** The tables to watch. `key` is the row's own key, `owner` the column that names the row's owner, or {@link through} which row it is found. */
  readonly sources: Readonly<Record<string, Source<Extract<keyof Topics, string>>>>;
  /** The metrics document: groups nested at will, with a metric at every end. */
  readonly metrics: Metrics;
  /** Events of rows and of occupants, by name: small letters, digits and _, at most 63, a letter first. */
  readonly events?: Events;
  /**
   * Further kinds of topics over the same sources, by name: small letters, digits and _, at most 32, a letter first. `listing: { … }` makes
   * `listing:12` of the row whose key is 12; each source says by `listing: column` which row it is about.
   */
  readonly topics?: Topics;
  /** Rows, live, to whoever may see them, by the kind of topic: `room` for `room:42`. */
  readonly channels?: Channels;
  /** A statement that changes more rows than this makes deltad read the owners again instead of row by row. Default: 5000. */
  readonly bulkRows?: number;
  /** False: writers of the watched tables never use PREPARE TRANSACTION, so triggers may notify where max_prepared_transactions is above 0. */
  readonly twoPhase?: boolean;
  /** By which a database knows what was applied to it: letters, digits, `_`, `.` and `-`, at most 63. Default: `default`. */
  readonly name?: string;
}

/** A table each of whose rows is a topic. */
interface Rows {
  readonly table: TableOf<string>;
  /**
   * What topics are known by: a unique column, or up to four that are unique together, `[accounts.tenant, accounts.number]`: `owner:acme/7` is
   * then the row that has these values, `%2F` and `%25` stand for a "/" and a "%" in one of them.
   */
  readonly key: Columns;
  /** A column that holds a zone's name, as `Europe/Lisbon`, or {@link lookup} of one in a row that this one names, or the name itself where all rows have one zone. */
  readonly timeZone: ColumnOf<string> | Field<string, string | null> | string;
  /** A column that holds a currency's code, as `EUR`, or {@link lookup} of one, or the code itself where all rows have one currency. */
  readonly currency?: ColumnOf<string> | Field<string, string | null> | string;
}

/** What a topic shows and tells, as {@link Config} has it for owners. */
interface Shown {
  readonly metrics: MetricTree;
  readonly events?: EventTree;
}

/**
 * A kind of topics: the rows of a table, or, without a table, everything as one topic, whose key is `all`. The zone and the currency of
 * everything are constants.
 */
export type Topic =
  | (Rows & Shown)
  | (Shown & { readonly table?: never; readonly key?: never; readonly timeZone: string; readonly currency?: string });

/** Kinds of topics, by their names. */
export type TopicTree = Readonly<Record<string, Topic>>;

/** A table to watch, and by kinds of topics the column that names the row's topic, or {@link Through} which row it is found. */
export type Source<Kinds extends string = never> = {
  readonly table: TableOf<string>;
  /** What tells rows apart: a unique column, or several that are unique together, `[lines.orderId, lines.lineNo]`. */
  readonly key: Columns;
} & {
  /**
   * Of a key of several columns a list, in their order, `[orders.tenant, orders.account]`. `owner` is left out of a table whose rows are
   * nobody's: owners look their time zone or currency up there.
   */
  readonly [Kind in Kinds | "owner"]?: Columns | Through;
};

/** One column, or several together. */
type Columns = ColumnOf<string> | readonly [ColumnOf<string>, ...ColumnOf<string>[]];

/** Groups of metrics, nested at will; the names are those of the document. */
export interface MetricTree {
  readonly [name: string]: Metric<unknown> | MetricTree;
}

/** Returns the configuration as it is, typed, for `deltad.config.ts` to export by default. */
export function defineConfig<
  const Metrics extends MetricTree,
  // oxlint-disable-next-line typescript/no-generated-empty-object-type -- where no events are declared there are none
  const Events extends EventTree = Record<never, never>,
  // oxlint-disable-next-line typescript/no-generated-empty-object-type -- as for events
  const Topics extends TopicTree = Record<never, never>,
  // oxlint-disable-next-line typescript/no-generated-empty-object-type -- where no channels are declared there are none
  const Channels extends ChannelTree = Record<never, never>,
>(config: Config<Metrics, Events, Topics, Channels>): Config<Metrics, Events, Topics, Channels> {
  return config;
}

/** A configuration → the plan that everything else follows. */
import * as v from "valibot";
import { RESERVED_TYPES } from "../../protocol/down.ts";
import { eventName } from "../../protocol/down/event.ts";
import { at, ConfigError } from "../config/errors.ts";
import { type CapturedColumns, tablePlace } from "./captured-columns.ts";
import { CapturedTables, mergedTables } from "./captured-tables.ts";
import { type ChannelPlan, limited } from "./channel-plan.ts";
import { ChannelTables } from "./channel-tables.ts";
import { checkConfig, isLookup, type OwnerColumn } from "./check-config.ts";
import { type KindConfig, kindsOf } from "./kind-config.ts";
import { keyType, wideType } from "./column-type.ts";
import { compileChannels } from "./compile-channel.ts";
import { compileRowEvent } from "./compile-event.ts";
import { MetricCompiler } from "./compile-metric.ts";
import { compileOccupant } from "./compile-occupant.ts";
import { isThrough } from "../define/define-owner.ts";
import { type Definition, definition, type Metric } from "../define/definition.ts";
import { type EventDefinition, event, field } from "../define/event-definition.ts";
import type { Leaf, OccupantPlan, OwnerTable, OwnerValue, Plan, RowEventPlan } from "./plan.ts";
import { PlanDraft } from "./plan-draft.ts";
import { listed, ownerKey, type RowKey, rowKey } from "./row-key.ts";
import type { OwnerKey, WatchedTable } from "./watched-table.ts";

/** Events that the daemon gives by itself; see `BuiltInEvents`. */
const UNDECLARED = new Set(["bulk_changed"]);

/** What a configuration compiles to. */
export interface Compiled {
  /** A plan for each kind of topics, `owner` first. */
  readonly plans: readonly [Plan, ...Plan[]];
  /** All watched tables, the owners' own first. */
  readonly tables: readonly WatchedTable[];
  /** A plan for each kind of channels. */
  readonly channels: readonly ChannelPlan[];
}

/** The plan of the kind `owner`. @throws ConfigError as {@link compileKinds} */
export function compile(config: unknown): Plan {
  return compileKinds(config).plans[0];
}

/** @throws ConfigError in one line that names the place and says what to do */
export function compileKinds(config: unknown): Compiled {
  checkConfig(config);
  const columns: CapturedColumns = new Map();
  const kinds = kindsOf(config);
  const [first, ...others] = kinds.map((kind) => compileKind(kind, columns));
  const finishChannels = compileChannels(config, new ChannelTables(kinds, columns));
  if (first === undefined) throw new RangeError("a configuration has the kind owner");
  // Every kind has the columns of a table that any kind needs.
  const plans: Compiled["plans"] = [first(), ...others.map((plan) => plan())];
  const channels = finishChannels();
  return { plans, channels, tables: mergedTables([...plans, ...channels].map(({ tables }) => tables)) };
}

/** Gives the plan once the columns of all kinds are known. */
function compileKind(kind: KindConfig, columns: CapturedColumns): () => Plan {
  const tables = new CapturedTables(kind, columns);
  const values = ownerValues(kind, tables);
  const draft = new PlanDraft();
  const compiler = new MetricCompiler(draft, tables);
  const metrics = [...kind.place, "metrics"];
  const leaves = [...definitions(kind.metrics, metrics)].map(
    ([place, metric]): Leaf => ({
      path: place.slice(metrics.length),
      value: at(place, () => compiler.leaf(metric)),
    }),
  );
  const { events, occupants } = compileEvents(kind, draft, tables);
  const owner = ownerTable(kind, tables, values);
  return () => ({
    kind: kind.name,
    owner,
    tables: tables.watched(),
    projections: draft.projections,
    accumulators: draft.accumulators,
    overlaps: draft.overlaps,
    leaves,
    events,
    occupants,
  });
}

function ownerTable(
  kind: KindConfig,
  { dimensions }: CapturedTables,
  values: Pick<OwnerTable, "timeZone" | "currency">,
): OwnerTable {
  const { own } = kind;
  if (own === undefined)
    return {
      schema: "",
      table: undefined,
      key: [{ name: "key", type: "text" }],
      source: undefined,
      dimensions: [],
      ...values,
    };
  return {
    ...tablePlace(own.table),
    key: checkedKey(kind, own.key),
    source: own.source,
    dimensions,
    ...values,
  };
}

function ownerValues(kind: KindConfig, tables: CapturedTables): Pick<OwnerTable, "timeZone" | "currency"> {
  const { called, timeZone, currency } = kind;
  const valueOf = (given: OwnerColumn, part: keyof typeof LOOKED_UP): OwnerValue => {
    if (typeof given === "string") return { constant: given };
    if (!isLookup(given)) return { column: given.name };
    return { lookup: at([called, part], () => tables.ownerLookup(given[field])), as: LOOKED_UP[part] };
  };
  return {
    timeZone: valueOf(timeZone, "timeZone"),
    currency: currency === undefined ? undefined : valueOf(currency, "currency"),
  };
}

const LOOKED_UP = { timeZone: "deltad_time_zone", currency: "deltad_currency" } as const;

function compileEvents(
  { events, place }: KindConfig,
  draft: PlanDraft,
  tables: CapturedTables,
): { events: readonly RowEventPlan[]; occupants: readonly OccupantPlan[] } {
  const rows: RowEventPlan[] = [];
  const occupants: OccupantPlan[] = [];
  for (const [name, declared] of Object.entries(events)) {
    at([...place, "events", name], () => {
      checkEventName(name);
      const made = eventOf(declared);
      if (made.kind === "row") rows.push(compileRowEvent(name, made, tables));
      else occupants.push(compileOccupant(name, made, draft, tables));
    });
  }
  return { events: rows, occupants };
}

function eventOf(declared: unknown): EventDefinition {
  if (typeof declared === "object" && declared !== null && event in declared) return declared[event] as EventDefinition;
  throw new ConfigError(
    "must be an event: what happened and its data, as in inserted(table).data({ … }), or occupant(…)",
  );
}

function checkedKey({ name: kind, called, sources }: KindConfig, ownKey: RowKey): OwnerKey {
  const key = at([called, "key"], () => ownerKey(ownKey));
  for (const [name, source] of Object.entries(sources)) {
    // Those of the last source in between name the owner.
    if (source.owner === undefined || isThrough(source.owner)) continue;
    const place = ["sources", name, kind].join(".");
    const columns = rowKey(source.owner);
    if (columns.length !== key.length)
      throw new ConfigError(
        `${place} is ${listed(columns)}, ${called}.key is ${listed(ownKey)}: give it a column of ${name} for each column of that key, in its order`,
      );
    for (const [nth, column] of columns.entries()) {
      const named = ownKey[nth] ?? column;
      at([place], () => keyType(column));
      if (wideType(column) === wideType(named)) continue;
      const [one, other] = key.length === 1 ? ["", ""] : [` by ${column.name}`, ` by ${named.name}`];
      throw new ConfigError(
        `${place}${one} is ${column.getSQLType()}, ${called}.key${other} is ${named.getSQLType()}: they never meet`,
      );
    }
  }
  return key;
}

/** Each with its place in the configuration. */
function* definitions(tree: object, path: readonly string[]): Generator<[readonly string[], Definition]> {
  const entries = Object.entries(tree) as [string, unknown][];
  if (entries.length === 0) throw new ConfigError(`${path.join(".")} is empty`);
  for (const [name, node] of entries) {
    const here = [...path, name];
    const shown = here.join(".");
    // Dotted names would make two metrics look alike wherever a path is printed.
    if (name === "" || name.includes(".")) throw new ConfigError(`${shown}: nest objects instead of a dot in a name`);
    if (typeof node !== "object" || node === null || Array.isArray(node)) {
      throw new ConfigError(`${shown} must be a metric or an object of metrics`);
    }
    if (isMetric(node)) yield [here, node[definition]];
    else yield* definitions(node, here);
  }
}

function isMetric(node: object): node is Metric<unknown> {
  return definition in node;
}

/** An event's name is its frames' type. @throws ConfigError where it can't be that */
function checkEventName(name: string): void {
  if (RESERVED_TYPES.has(name) || UNDECLARED.has(name))
    throw new ConfigError("the protocol uses this name itself; choose another");
  if (!v.is(eventName, name))
    throw new ConfigError("an event's name has small letters, digits and _, at most 63, and begins with a letter");
}

/** With what the operator lets channels hold. */
export function limitedKinds(
  compiled: Compiled,
  { maxRows: rows, maxRowBytes: rowBytes }: { readonly maxRows: number; readonly maxRowBytes: number },
): Compiled {
  return { ...compiled, channels: compiled.channels.map((plan) => limited(plan, { rows, rowBytes })) };
}

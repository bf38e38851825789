/** A configuration → the plan that everything else follows. */
import { getTableConfig } from "drizzle-orm/pg-core";
import * as v from "valibot";
import { RESERVED_TYPES } from "../../protocol/down.ts";
import { eventName } from "../../protocol/down/event.ts";
import { ConfigError } from "../config/errors.ts";
import { CapturedTables } from "./captured-tables.ts";
import { type CheckedConfig, checkConfig, isLookup, type OwnerColumn } from "./check-config.ts";
import { keyType, wideType } from "./column-type.ts";
import { compileRowEvent } from "./compile-event.ts";
import { MetricCompiler } from "./compile-metric.ts";
import { compileOccupant } from "./compile-occupant.ts";
import { isThrough } from "../define/define-owner.ts";
import { type Definition, definition, type Metric } from "../define/definition.ts";
import { type EventDefinition, event, field } from "../define/event-definition.ts";
import type { Leaf, OccupantPlan, OwnerTable, OwnerValue, Plan, RowEventPlan } from "./plan.ts";
import { PlanDraft } from "./plan-draft.ts";

/** Events that the daemon gives by itself; see `BuiltInEvents`. */
const UNDECLARED = new Set(["bulk_changed"]);

/** @throws ConfigError in one line that names the place and says what to do */
export function compile(config: unknown): Plan {
  checkConfig(config);
  const tables = new CapturedTables(config);
  const owner = ownerTable(config, tables);
  const draft = new PlanDraft();
  const compiler = new MetricCompiler(draft, tables, config.owner.currency !== undefined);
  const leaves = [...definitions(config.metrics, [])].map(
    ([path, metric]): Leaf => ({ path, value: at(["metrics", ...path], () => compiler.leaf(metric)) }),
  );
  const { events, occupants } = compileEvents(config, draft, tables);
  return {
    owner,
    tables: tables.watched(),
    projections: draft.projections,
    accumulators: draft.accumulators,
    overlaps: draft.overlaps,
    leaves,
    events,
    occupants,
  };
}

function ownerTable(config: CheckedConfig, tables: CapturedTables): OwnerTable {
  const { table, key, timeZone, currency } = config.owner;
  const { schema, name } = getTableConfig(table);
  return {
    schema: schema ?? "public",
    table: name,
    key: key.name,
    keyType: ownerKeyType(config),
    timeZone: ownerValue(timeZone, "timeZone", tables),
    currency: currency === undefined ? undefined : ownerValue(currency, "currency", tables),
  };
}

const LOOKED_UP = { timeZone: "deltad_time_zone", currency: "deltad_currency" } as const;

function ownerValue(given: OwnerColumn, called: keyof typeof LOOKED_UP, tables: CapturedTables): OwnerValue {
  if (typeof given === "string") return { constant: given };
  if (!isLookup(given)) return { column: given.name };
  return { lookup: at(["owner", called], () => tables.ownerLookup(given[field])), as: LOOKED_UP[called] };
}

function compileEvents(
  { events = {} }: CheckedConfig,
  draft: PlanDraft,
  tables: CapturedTables,
): { events: readonly RowEventPlan[]; occupants: readonly OccupantPlan[] } {
  const rows: RowEventPlan[] = [];
  const occupants: OccupantPlan[] = [];
  for (const [name, declared] of Object.entries(events)) {
    at(["events", name], () => {
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

function ownerKeyType({ owner, sources }: CheckedConfig): string {
  const key = at(["owner", "key"], () => keyType(owner.key));
  for (const [name, source] of Object.entries(sources)) {
    const place = ["sources", name, "owner"];
    // That of the last source in between names the owner.
    if (source.owner === undefined || isThrough(source.owner)) continue;
    const column = source.owner;
    at(place, () => keyType(column));
    if (wideType(column) !== wideType(owner.key)) {
      throw new ConfigError(
        `${place.join(".")} is ${column.getSQLType()}, owner.key is ${owner.key.getSQLType()}: they never meet`,
      );
    }
  }
  return key;
}

function* definitions(tree: object, path: readonly string[]): Generator<[readonly string[], Definition]> {
  const entries = Object.entries(tree) as [string, unknown][];
  if (entries.length === 0) throw new ConfigError(`${["metrics", ...path].join(".")} is empty`);
  for (const [name, node] of entries) {
    const here = [...path, name];
    const shown = ["metrics", ...here].join(".");
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

function at<Result>(path: readonly string[], run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(`${path.join(".")}: ${error.message}`);
  }
}

/** An event's name is its frames' type. @throws ConfigError where it can't be that */
function checkEventName(name: string): void {
  if (RESERVED_TYPES.has(name) || UNDECLARED.has(name))
    throw new ConfigError("the protocol uses this name itself; choose another");
  if (!v.is(eventName, name))
    throw new ConfigError("an event's name has small letters, digits and _, at most 63, and begins with a letter");
}

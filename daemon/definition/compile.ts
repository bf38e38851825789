/** A configuration → the plan that everything else follows. */
import { getTableConfig } from "drizzle-orm/pg-core";
import { ConfigError } from "../config/errors.ts";
import { CapturedTables } from "./captured-tables.ts";
import { checkConfig } from "./check-config.ts";
import { keyType } from "./column-type.ts";
import { MetricCompiler } from "./compile-metric.ts";
import { type Definition, definition, type Metric } from "./definition.ts";
import type { Leaf, OwnerTable, Plan } from "./plan.ts";
import { PlanDraft } from "./plan-draft.ts";

/** @throws ConfigError in one line that names the place and says what to do */
export function compile(config: unknown): Plan {
  checkConfig(config);
  const tables = new CapturedTables(config);
  const draft = new PlanDraft();
  const compiler = new MetricCompiler(draft, tables, config.owner.currency !== undefined);
  const leaves = [...definitions(config.metrics, [])].map(
    ([path, metric]): Leaf => ({ path, value: at(path, () => compiler.leaf(metric)) }),
  );
  const { schema, name } = getTableConfig(config.owner.table);
  const owner: OwnerTable = {
    schema: schema ?? "public",
    table: name,
    key: config.owner.key.name,
    keyType: keyType(config.owner.key),
    timeZone: config.owner.timeZone.name,
    currency: config.owner.currency?.name,
  };
  return {
    owner,
    tables: tables.watched(),
    projections: draft.projections,
    accumulators: draft.accumulators,
    overlaps: draft.overlaps,
    leaves,
  };
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
    throw new ConfigError(`metrics.${path.join(".")}: ${error.message}`);
  }
}

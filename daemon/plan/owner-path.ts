/** Which tables lie between a source's rows and their owners. */
import type { PgColumn } from "drizzle-orm/pg-core";
import { ConfigError } from "../config/errors.ts";
import { tableName } from "../define/drizzle-value.ts";
import { isThrough, ownerThrough } from "../define/define-owner.ts";
import type { KindConfig } from "./kind-config.ts";
import { findsRows } from "./column-type.ts";
import { listed, rowKey } from "./row-key.ts";

export interface OwnerPath {
  /** The source's columns that name the owner, or a row of the first table in between; none where nothing need name it. */
  readonly link: readonly PgColumn[];
  /** Sources, from the nearest on. */
  readonly parents: readonly string[];
  /** The rows have no owner: the link is their key. */
  readonly isNobodys: boolean;
}

/** A batch joins each of them. */
const MOST_PARENTS = 2;

/** @throws ConfigError where the source's rows would never find an owner */
export function ownerPath(source: string, config: KindConfig): OwnerPath {
  const parents: string[] = [];
  for (let at = source; ; ) {
    const parent = parentOf(at, config);
    if (parent === undefined) break;
    if (parent === source || parents.includes(parent))
      throw refused(
        config,
        source,
        `through() leads from ${[source, ...parents].join(" to ")} back to ${parent}, and to no owner`,
      );
    parents.push(parent);
    at = parent;
  }
  if (parents.length > MOST_PARENTS)
    throw refused(
      config,
      source,
      `${parents.join(", ")} lie between ${source} and its owner, at most ${MOST_PARENTS} tables may: keep a column in ${source} that leads there by fewer`,
    );
  const found = config.sources[source];
  if (found === undefined) throw new RangeError(`the configuration has no source ${source}`);
  const { owner, key } = found;
  if (owner === undefined && config.own !== undefined) return { link: [rowKey(key)[0]], parents, isNobodys: true };
  if (owner === undefined) return { link: [], parents, isNobodys: false };
  return { link: isThrough(owner) ? owner[ownerThrough].link : rowKey(owner), parents, isNobodys: false };
}

/** The source whose rows a source's rows name; undefined where they name the owner. */
function parentOf(source: string, config: KindConfig): string | undefined {
  const { sources, own } = config;
  const owner = sources[source]?.owner;
  if (!isThrough(owner)) return undefined;
  const { link, parent } = owner[ownerThrough];
  const name = tableName(parent);
  if (own !== undefined && name === tableName(own.table))
    throw refused(config, source, `${name} is the owner table: name the column alone, without through()`);
  const found = Object.entries(sources).find(([, { table }]) => tableName(table) === name);
  if (found === undefined)
    throw refused(
      config,
      source,
      `through() ${name}, which is not one of the sources: add it there, with its key and its ${config.name}`,
    );
  const [called, { key: declared, owner: next }] = found;
  if (next === undefined)
    throw refused(
      config,
      source,
      `through() ${name}, whose rows are nobody's: say in sources.${called}.${config.name} whose they are`,
    );
  const key = rowKey(declared);
  if (link.length !== key.length)
    throw refused(
      config,
      source,
      `through() names a row of ${name} by ${listed(link)}, and sources.${called}.key is ${listed(key)}: give through() a column of ${source} for each column of the key, in its order`,
    );
  for (const [at, column] of key.entries()) {
    const by = link[at] as PgColumn;
    if (!findsRows(by, column))
      throw refused(
        config,
        source,
        `${by.name} is ${by.getSQLType()} and ${column.name}, ${key.length === 1 ? "the key" : "of the key"} of ${called}, ${column.getSQLType()}: rows are found by numbers, uuid, text or varchar, both of one kind`,
      );
  }
  return called;
}

function refused({ name }: KindConfig, source: string, reason: string): ConfigError {
  return new ConfigError(`sources.${source}.${name}: ${reason}`);
}

/** Which tables lie between a source's rows and their owners. */
import { Column, is } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { ConfigError } from "../config/errors.ts";
import { tableName } from "../define/drizzle-value.ts";
import { isThrough, ownerThrough } from "../define/define-owner.ts";
import type { KindConfig } from "./kind-config.ts";
import { findsRows } from "./column-type.ts";

export interface OwnerPath {
  /** The source's column that names the owner, or a row of the first table in between; undefined where nothing need name it. */
  readonly link: PgColumn | undefined;
  /** Sources, from the nearest on. */
  readonly parents: readonly string[];
  /** The rows have no owner: the link is their key. */
  readonly isNobodys: boolean;
}

/** The columns that tell a source's rows apart. */
export type RowKey = readonly [PgColumn, ...PgColumn[]];

export function rowKey(declared: PgColumn | RowKey): RowKey {
  return is(declared, Column) ? [declared] : declared;
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
  if (owner === undefined && config.own !== undefined) return { link: rowKey(key)[0], parents, isNobodys: true };
  return { link: isThrough(owner) ? owner[ownerThrough].link : owner, parents, isNobodys: false };
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
  const [key, ...others] = rowKey(declared);
  if (others.length > 0)
    throw refused(
      config,
      source,
      `through() ${name}, whose key has several columns, and rows are found by one: name a unique column, such as an identity column or one generated from the key, as sources.${called}.key, and one like it in ${source}`,
    );
  if (!findsRows(link, key))
    throw refused(
      config,
      source,
      `${link.name} is ${link.getSQLType()} and ${key.name}, the key of ${called}, ${key.getSQLType()}: rows are found by numbers, uuid, text or varchar, both of one kind`,
    );
  return called;
}

function refused({ name }: KindConfig, source: string, reason: string): ConfigError {
  return new ConfigError(`sources.${source}.${name}: ${reason}`);
}

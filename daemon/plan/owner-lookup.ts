/**
 * What an owner has of a row that its own row names, as the time zone of its city. Such rows are nobody's, and nothing is counted of them.
 *
 * Whoever reads an owner's row reads what it has of the other one beside it ({@link ownerRelation}). Where the owner comes to name another
 * one, its own row has changed, and it is read again as after any change of that. What is left is a change of the other row, or that it
 * comes or goes: then the owners that name it are read again ({@link lookedUpResets}), as they are where a parent moves (parent-rows.ts).
 */
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../database/identifier.ts";
import { ofOwners, spelled } from "./owner-key.ts";
import type { OwnerTable, OwnerValue } from "./plan.ts";
import { columnsOf, linkOf, resetLink } from "./row-link.ts";
import { WHOLE_KEY, type WatchedTable } from "./watched-table.ts";

/** What a FROM takes owners from: their key and {@link ownerValue}s. */
export function ownerRelation({ schema, table, key, timeZone, currency }: OwnerTable): string {
  if (table === undefined) return `(select ${quoteLiteral(WHOLE_KEY)}::text as ${quoteIdentifier(key[0].name)})`;
  const own = qualifiedName(schema, table);
  const values = [timeZone, currency].flatMap((value) => (value === undefined ? [] : [value]));
  const lookups = values.flatMap((value) => ("lookup" in value ? [value] : []));
  if (lookups.length === 0) return own;
  const columns = [
    ...key.map(({ name }) => name),
    ...values.flatMap((value) => ("column" in value ? [value.column] : [])),
  ];
  const found = lookups.map(({ lookup, as }, at) => ({
    value: `n${at}.${quoteIdentifier(lookup.column)} as ${as}`,
    join: `left join ${qualifiedName(lookup.schema, lookup.table)} n${at} on n${at}.${quoteIdentifier(lookup.key)} = w.${quoteIdentifier(lookup.by)}`,
  }));
  const selected = [
    ...[...new Set(columns)].map((name) => `w.${quoteIdentifier(name)}`),
    ...found.map(({ value }) => value),
  ];
  return `(select ${selected.join(", ")} from ${own} w ${found.map(({ join }) => join).join(" ")})`;
}

/** SQL text expression of an owner's zone or currency, over a row `o` of {@link ownerRelation}. */
export function ownerValue(value: OwnerValue): string {
  if ("constant" in value) return `${quoteLiteral(value.constant)}::text`;
  return `o.${"lookup" in value ? value.as : quoteIdentifier(value.column)}::text`;
}

/** Beyond so many owners that changed rows concern, all are read again: to tell of each takes longer, and everybody waits for it. */
export const MOST_NAMING = 1_000;

export interface LookedUpResets {
  readonly ctes: readonly string[];
  /** The wanted owners for whom the changed rows may make a difference, as resets, or all. */
  readonly selects: readonly string[];
}

/**
 * Of a table whose rows owners name. Over the CTE `written_resets`.
 * @param unread which rows `c` of a change table are read
 * @param wanted a parameter: text[], the owners that are told of; null for all
 */
export function lookedUpResets(table: WatchedTable, unread: string, wanted: string): LookedUpResets {
  const { source, namedIn } = table;
  if (namedIn === undefined) return { ctes: [], selects: [] };
  const texts = namedIn.shown.map((name) => `c.${quoteIdentifier(name)}::text`);
  const [changed, naming] = [quoteIdentifier(`changed_${source}`), quoteIdentifier(`naming_${source}`)];
  const owners = qualifiedName(namedIn.schema, namedIn.table);
  const by = namedIn.by.map((name) => `o.${quoteIdentifier(name)}`);
  const key = columnsOf("o", namedIn.key);
  const named = (from: string): string =>
    `select ${spelled(key)} as owner, i.change_xid from ${changed} i join ${from} o on i.key in (${by.join(", ")})`;
  const areMany = `(select count(*) from ${naming}) > ${MOST_NAMING}`;
  const name = quoteLiteral(source);
  return {
    ctes: [
      `${changed} as materialized (
  select ${linkOf(table, "c")[0]} as key, (array_agg(c.change_xid order by c.change_seq desc))[1] as change_xid
    from ${qualifiedName("deltad", `change_${source}`)} c
   where (${unread})
   group by 1
  having sum(c.change_weight) <> 0 or count(distinct jsonb_build_array(${texts.join(", ")})) > 1
  union all
  select ${resetLink(table, "r")[0]}, r.change_xid from written_resets r where r.source = ${name})`,
      // Wanted owners are found by their key, whatever the number of others that name the row. OFFSET 0 keeps these apart.
      `${naming} as materialized (
  select n.* from (
    ${named(owners)} where ${wanted}::text[] is null
    union all
    ${named(`(select ${[...key, ...by].join(", ")} from ${owners} o where ${ofOwners(key, namedIn.key, `${wanted}::text[]`)} offset 0)`)}
  ) n limit ${MOST_NAMING + 1})`,
    ],
    selects: [
      `  select ${name}, n.owner, null::bigint, n.change_xid, true from ${naming} n where not ${areMany}`,
      `  select distinct ${name}, null, null::bigint, i.change_xid, true from ${changed} i where ${areMany}`,
    ],
  };
}

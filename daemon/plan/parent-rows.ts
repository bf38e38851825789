/**
 * Owners of rows that name another row instead, whose owner is theirs (`WatchedTable.parents`). The trigger keeps what a row names, and
 * looks nothing up: an insert can see the row that it names before another transaction changes that one's owner, and commit after it.
 *
 * Every batch finds the owners anew, by the parents as they are at the batch's own snapshot, and where a parent is gone by its last image
 * in the batch. That is right for what was folded before as well, unless the way from some row to its owner changed in between. Four
 * things change it, and each has the owners that the parent had and has read again, as a reset of the source:
 *
 * - a parent came to name another row, or another owner, or to have another value in a column that the numbers of rows below depend on
 *   ("it moved"). What the batch tells of rows below it is then nobody's in particular;
 * - a parent came, and rows that name it were there before. Mostly there were none, since the parent is inserted first, or with them:
 *   then all that name it are in the batch;
 * - a parent went, and rows that name it are still there;
 * - a parent came and went within the batch, and rows that name it did not, or are still there: they had no owner, and have none.
 *
 * Why these are enough: take a row that was there before and after the batch, and whose owner, or value of a parent's column, changed. On its
 * way to the old owner some parent is the first that changed; a row that did not change names it before and after, so that it moved, or went
 * while it is named. If it was the only one that moved, the rest of the way leads to the old owner; otherwise the last one that moved says it.
 * The new one alike.
 */
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../database/identifier.ts";
import { spelled } from "./owner-key.ts";
import { lookedUpResets } from "./owner-lookup.ts";
import { columnsOf, isKnown, isNamed, keyText, linkOf, linkText, placed, placesOf, resetLink } from "./row-link.ts";
import { cutText, MOST_TEXT } from "./text-limits.ts";
import { type CapturedColumn, linkColumns, type ParentTable, type WatchedTable } from "./watched-table.ts";

/** A column of a parent, under its name in the rows below, and SQL of its value. */
interface ParentValue extends CapturedColumn {
  readonly value: string;
}

/** Joins of the parents' rows to a row `t` of the table, the columns that name the owner, and their used columns; all uncast. */
export function joinedParents(table: WatchedTable): {
  readonly joins: string;
  readonly owner: readonly string[];
  readonly columns: readonly ParentValue[];
} {
  const { parents = [] } = table;
  let named = linkOf(table, "t");
  const joins = parents.map((parent, at) => {
    const join = `
  join ${qualifiedName(parent.schema, parent.table)} p${at} on ${isNamed(`p${at}`, parent.key, named)}`;
    named = columnsOf(`p${at}`, parent.next);
    return join;
  });
  const columns = parents.flatMap((parent, at) =>
    parent.columns.map(({ name, type, as }) => ({ name: as, type, value: `p${at}.${quoteIdentifier(name)}` })),
  );
  return { joins: joins.join(""), owner: named, columns };
}

/** Whose a row is, where what it names leads to it by rows of other tables. */
export interface FoundOwner {
  /** To be put behind the row's table in a FROM. */
  readonly joins: string;
  /** The owner's key in the types of the last parent's columns; one of them is NULL for nobody's. */
  readonly owner: readonly string[];
  /** True where a parent moved in the changes that are read, or may have. */
  readonly moved: string;
  /** What the row has of its parents. */
  readonly columns: readonly ParentValue[];
}

/**
 * By the parents as they are, and where one is gone by its last image. Over the CTEs of {@link parentSelects}.
 * @param link SQL of what the row names, by each of its columns
 * @param child whose rows they are, with those of its parents that lie before the owner
 */
export function foundOwner(link: readonly string[], child: Pick<WatchedTable, "source" | "parents">): FoundOwner {
  let named = link;
  const moved: string[] = [];
  const columns: ParentValue[] = [];
  const joins = (child.parents ?? []).map(({ source, schema, table, key, next, columns: used }, at) => {
    const row = `t${at}`;
    const [moves, image] = ["moved", "gone"].map(
      (column) => `(select k.${column} from ${knownName(source)} k) -> ${keyText(named, key)}`,
    );
    const value = ({ name, type }: CapturedColumn): string =>
      `case when ${columnsOf(row, key)[0]} is not null then ${row}.${quoteIdentifier(name)}::${type}
                else (${image} ->> ${quoteLiteral(name)})::${type} end`;
    const values = [
      ...next.map((one, place) => `${value(one)} as link${place}`),
      ...used.map((one) => `${value(one)} as ${quoteIdentifier(one.as)}`),
    ];
    const join = `
  left join ${qualifiedName(schema, table)} ${row} on ${isNamed(row, key, named)}
  cross join lateral (
    select ${values.join(",\n           ")}
  ) n${at}`;
    named = next.map((_, place) => `n${at}.link${place}`);
    columns.push(...used.map(({ as, type }) => ({ name: as, type, value: `n${at}.${quoteIdentifier(as)}` })));
    const bulk = `select r.owner from written_resets r where r.source = ${quoteLiteral(source)}`;
    moved.push(
      `coalesce((${moves} ->> ${quoteLiteral(child.source)})::boolean, false)`,
      `exists (${bulk} and r.owner is null)`,
      `coalesce(${linkText(named)} in (${bulk} and r.owner is not null), false)`,
    );
    return join;
  });
  const isMoved = moved.length === 0 ? "false" : moved.join(" or ");
  return { joins: joins.join(""), owner: named, moved: isMoved, columns };
}

/** Whether what the table's rows name is no owner. */
export function leadsElsewhere({ parents, namedIn }: WatchedTable): boolean {
  return parents !== undefined || namedIn !== undefined;
}

/** Whether resets have an owner's key as a trigger writes several columns, and not as owners are known. */
function namesByParts(table: WatchedTable): boolean {
  return !leadsElsewhere(table) && linkColumns(table.owner).length > 1;
}

export interface ParentSelects {
  /** The sources of parents and of what owners look up, as literals. */
  readonly sources: readonly string[];
  /**
   * What {@link foundOwner} reads, and `unread_resets`: the rows of `written_resets`, each with its owner in place of what its rows name, and
   * those that follow from changed parents. `moved`: rows may have had another owner before.
   */
  readonly ctes: readonly string[];
}

/**
 * Undefined where what all tables name is owners, as they are known. Sessions that read changes join by indexes alone, and a CTE has none: what is looked up in
 * one, by each of thousands of rows, is an object of JSON.
 * @param unread which rows `c` of a change table are read
 * @param unreadOfParents which of a parent's, and which rows that name one tell whether others were there before
 * @param wanted as in {@link lookedUpResets}
 */
export function parentSelects(
  tables: readonly WatchedTable[],
  unread: string,
  unreadOfParents: string,
  wanted: string,
): ParentSelects | undefined {
  const byParts = tables.filter(namesByParts);
  if (byParts.length === 0 && !tables.some(leadsElsewhere)) return undefined;
  const children = tables.filter(({ parents }) => parents !== undefined);
  const lookedUp = tables.filter(({ namedIn }) => namedIn !== undefined);
  const parents = new Map(children.flatMap((child) => child.parents ?? []).map((parent) => [parent.source, parent]));
  const sources = [...parents.keys(), ...lookedUp.map(({ source }) => source)].map(quoteLiteral);
  const changesOf = ({ source }: WatchedTable): string =>
    unread === unreadOfParents
      ? `from ${quoteIdentifier(`delta_${source}`)} c where true`
      : `from ${changeTable(source)} c where (${unreadOfParents})`;
  const found = lookedUp.map((table) => lookedUpResets(table, unreadOfParents, wanted));
  const unreadResets = [
    ...writtenResets([...children, ...byParts], lookedUp, sources),
    ...children.flatMap((child) => changedParents(child, tables, changesOf)),
    ...found.flatMap(({ selects }) => selects),
  ];
  const ctes = [
    ...[...parents.values()].flatMap((parent) => imagesOf(parent, children, unreadOfParents)),
    ...found.flatMap(({ ctes }) => ctes),
    `unread_resets as materialized (\n${unreadResets.join("\n  union all\n")})`,
  ];
  return { sources, ctes };
}

/**
 * Of each parent that changed: what its images name, the transaction of the last of them, and for whose rows it moved. And two objects by key:
 * for whose rows each moved, and of those that are gone the values of their last image as texts. All of these texts are in memory at once,
 * and an object has 256 MB at most: there are none of parents that are still there, and no more of a text than events tell of it.
 */
function imagesOf(
  { source, schema, table, key, next }: ParentTable,
  children: readonly WatchedTable[],
  unreadOfParents: string,
): readonly string[] {
  const used = children.flatMap((child) =>
    (child.parents ?? []).flatMap((parent) => (parent.source === source ? [{ child, columns: parent.columns }] : [])),
  );
  const text = (name: string): string => `c.${quoteIdentifier(name)}::text`;
  const all = [...next.map((one) => ({ ...one, counts: true })), ...used.flatMap(({ columns }) => columns)];
  const names = [...new Set(all.map(({ name }) => name))];
  const last = names.map((name) => {
    const isWhole = all.some((column) => column.name === name && (column.counts || column.type !== "text"));
    return `${quoteLiteral(name)}, ${isWhole ? text(name) : cutText(`c.${quoteIdentifier(name)}`, MOST_TEXT)}`;
  });
  const moved = used.map(({ child, columns }) => {
    const counted = [...next, ...columns.filter(({ counts }) => counts)].map(({ name }) => text(name));
    return `${quoteLiteral(child.source)}, count(distinct jsonb_build_array(${counted.join(", ")})) > 1`;
  });
  const keyed = columnsOf("c", key);
  const changed = `from ${changeTable(source)} c
   where (${unreadOfParents}) and ${isKnown(keyed)}`;
  const [known, image] = [placesOf("i", "key", key), placesOf("c", "key", key)];
  return [
    `${imagesName(source)} as materialized (
  select ${placed("key", keyed)}, array_agg(distinct row(${columnsOf("c", next).join(", ")})) as nexts, sum(c.change_weight) as net,
         (array_agg(c.change_xid order by c.change_seq desc))[1] as change_xid,
         jsonb_build_object(${moved.join(", ")}) as moved
    ${changed}
   group by ${keyed.join(", ")})`,
    `${knownName(source)} as materialized (
  select (select jsonb_object_agg(${keyText(known, key)}, i.moved) from ${imagesName(source)} i) as moved,
         (select jsonb_object_agg(${keyText(image, key)}, jsonb_build_object(${last.join(", ")}))
            from (
  select distinct on (${keyed.join(", ")}) ${placed("key", keyed)}, ${names.map((name) => `c.${quoteIdentifier(name)}`).join(", ")}
    ${changed}
   order by ${keyed.join(", ")}, c.change_seq desc) c
           where not exists (select from ${qualifiedName(schema, table)} p where ${isNamed("p", key, image)})) as gone)`,
  ];
}

/** @param named of whose rows a reset does not have the owner as it is known */
function writtenResets(
  named: readonly WatchedTable[],
  lookedUp: readonly WatchedTable[],
  parents: readonly string[],
): readonly string[] {
  const moved = `${parents.length === 0 ? "false" : `r.source in (${parents.join(", ")})`} as moved`;
  const names = [...named, ...lookedUp].map(({ source }) => quoteLiteral(source)).join(", ");
  return [
    `  select r.source, r.owner, r.rows, r.change_xid, ${moved}
    from written_resets r where r.owner is null or r.source not in (${names})`,
    ...named.map((child) => {
      const link = resetLink(child, "r");
      const { joins, owner } = foundOwner(placesOf("l", "link", link), child);
      return `  select r.source, ${spelled(owner)}, r.rows, r.change_xid, ${moved}
    from written_resets r
  cross join lateral (select ${placed("link", link)}) l${joins}
   where r.source = ${quoteLiteral(child.source)} and ${isKnown(owner)}`;
    }),
  ];
}

/** The owners that changed parents had and have, where rows that changed in nothing may have come to another owner by it. */
function changedParents(
  child: WatchedTable,
  tables: readonly WatchedTable[],
  changesOf: (table: WatchedTable) => string,
): readonly string[] {
  const parents = child.parents ?? [];
  return parents.map((parent, at) => {
    const nearer = at === 0 ? child : tables.find(({ source }) => source === parents[at - 1]?.source);
    if (nearer === undefined) throw new RangeError(`the plan has no source ${parents[at - 1]?.source}`);
    const { key, next } = parent;
    const below = { source: child.source, parents: parents.slice(at + 1) };
    const { joins, owner } = foundOwner(placesOf("v", "next", next), below);
    const itself = `from ${qualifiedName(parent.schema, parent.table)} p where ${isNamed("p", key, placesOf("i", "key", key))}`;
    const named = linkOf(nearer, "t").map((column, place) => `${column} = i.key${place}`);
    const naming = `from ${qualifiedName(nearer.schema, nearer.table)} t where ${named.join(" and ")}`;
    const link = linkOf(nearer, "c");
    const changed = `select ${placed("link", link)}, sum(c.change_weight) as net ${changesOf(nearer)} and ${isKnown(link)} group by ${link.join(", ")}`;
    const changes = `(select jsonb_object_agg(${keyText(placesOf("s", "link", key), key)}, s.net) from (${changed}) s)`;
    const net = `coalesce((${changes} ->> ${keyText(placesOf("i", "key", key), key)})::bigint, 0)`;
    const nexts = next.map(({ type }, place) => `next${place} ${type}`);
    return `  select ${quoteLiteral(child.source)}, ${spelled(owner)}, null::bigint, i.change_xid, true
    from ${imagesName(parent.source)} i
   cross join unnest(i.nexts) as v(${nexts.join(", ")})${joins}
   where ${isKnown(owner)} and (
         (i.moved ->> ${quoteLiteral(child.source)})::boolean
         or (i.net > 0 and (select count(*) ${naming}) <> ${net})
         or (i.net < 0 and exists (select ${naming}))
         or (i.net = 0 and not exists (select ${itself}) and (exists (select ${naming}) or ${net} <> 0)))`;
  });
}

function imagesName(source: string): string {
  return quoteIdentifier(`parents_${source}`);
}

function knownName(source: string): string {
  return quoteIdentifier(`known_${source}`);
}

function changeTable(source: string): string {
  return qualifiedName("deltad", `change_${source}`);
}

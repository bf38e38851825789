import type { Queryable } from "../database/session.ts";
import type { WatchedTable } from "../plan/watched-table.ts";

/**
 * A database has one configuration; applying another takes the triggers of sources that it does not have. This is the sentence about what
 * would be taken away from what is installed; undefined where nothing would be.
 */
export async function describeReplacement(
  session: Queryable,
  tables: readonly WatchedTable[],
  name: string,
): Promise<string | undefined> {
  const [found] = await session.query<{ exists: boolean }>("select to_regclass('deltad.source') is not null as exists");
  if (!found?.exists) return undefined;
  const installed = await session.query<{ configuration: string; source: string | null; watched: string | null }>(
    `select i.configuration, s.source, quote_ident(s.schema_name) || '.' || quote_ident(s.table_name) as watched
       from deltad.install i left join deltad.source s on true order by s.source`,
  );
  const kept = new Set(tables.map(({ source }) => source));
  const lost = installed.flatMap(({ source, watched }) =>
    source === null || kept.has(source) ? [] : [`${source} (${watched ?? ""})`],
  );
  const present = installed[0]?.configuration ?? name;
  if (lost.length > 0) {
    return `The database has the configuration "${present}"; applying "${name}" takes away its ${lost.length > 1 ? "sources" : "source"} ${lost.join(", ")}`;
  }
  // An installation from which capture was taken away belongs to nobody.
  if (present === name || installed.every(({ source }) => source === null)) return undefined;
  return `The database has the configuration "${present}"; applying "${name}" takes its place`;
}

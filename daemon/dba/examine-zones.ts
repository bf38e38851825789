import { nearest } from "../config/nearest.ts";
import { type Finding, finding } from "../database/findings.ts";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../database/identifier.ts";
import { errorCode } from "../database/reason.ts";
import type { OwnerTable } from "../plan/plan.ts";
import type { Examined } from "./examination.ts";

/** Zones beyond these are few owners' each; asking takes a millisecond. */
const MOST_ZONES = 500;
/** Once a month from a year ago to two years ahead: rules change with notice, and no summer time lasts for less. */
const SAMPLES = { months: 36, before: 12 };
const UNKNOWN_ZONE = "22023";

/** A zone, and how many rows name it; of the configuration's own nobody counts them. */
interface UsedZone {
  readonly zone: string;
  readonly owners?: string;
}

/** The zones of owners: whether the server knows them, and by the same rules as this machine. */
export async function examineZones(examined: Examined): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { owner } of examined.compiled.plans) findings.push(...(await examineZonesOf(owner, examined)));
  // Several kinds of topics may have the same one.
  return [...new Map(findings.map((found) => [JSON.stringify(found), found])).values()];
}

async function examineZonesOf(owner: OwnerTable, examined: Examined): Promise<Finding[]> {
  const { session, zoneOffset } = examined;
  const findings: Finding[] = [];
  for (const used of await usedZones(owner, examined)) {
    const { zone } = used;
    const rules = await rulesOf(examined, zone);
    if (rules === undefined) {
      const known = await session.query<{ name: string }>("select name from pg_timezone_names order by name");
      const meant = nearest(
        zone,
        known.map(({ name }) => name),
      );
      findings.push(zoneUnknown(owner, used, meant));
    } else if (rules.some(({ at, minutes }) => (zoneOffset(zone, at) ?? minutes) !== minutes)) {
      const meaning = `The rules for ${zone} differ between the server and this machine: update the time-zone data of whichever is older.`;
      findings.push(finding("time_zone_data_different", meaning));
    }
  }
  return findings;
}

async function usedZones(owner: OwnerTable, { session }: Examined): Promise<readonly UsedZone[]> {
  const { timeZone } = owner;
  if ("constant" in timeZone) return [{ zone: timeZone.constant }];
  const { schema, table, ...held } = "lookup" in timeZone ? timeZone.lookup : { ...owner, ...timeZone };
  const column = quoteIdentifier(held.column);
  return session.query<{ zone: string; owners: string }>(
    `select ${column}::text as zone, count(*)::text as owners from ${qualifiedName(schema, table ?? "")} where ${column} is not null
      group by 1 order by count(*) desc, 1 limit ${MOST_ZONES}`,
  );
}

function zoneUnknown(owner: OwnerTable, { zone, owners }: UsedZone, meant: string | undefined): Finding {
  const name = `The time zone ${JSON.stringify(zone)}`;
  if ("constant" in owner.timeZone) {
    const meaning = `${name}, which the configuration says, is not known to PostgreSQL: write ${JSON.stringify(meant ?? "UTC")} or another one there.`;
    return finding("time_zone_unknown", meaning);
  }
  const held = "lookup" in owner.timeZone ? owner.timeZone.lookup : { ...owner, ...owner.timeZone };
  const [table, column] = [qualifiedName(held.schema, held.table ?? ""), quoteIdentifier(held.column)];
  const update =
    meant && `update ${table} set ${column} = ${quoteLiteral(meant)} where ${column} = ${quoteLiteral(zone)}`;
  return finding(
    "time_zone_unknown",
    `${name} of ${owners} rows of ${table} is not known to PostgreSQL.`,
    update || undefined,
  );
}

/** Minutes ahead of UTC, month by month; undefined for a zone that the server does not know. */
async function rulesOf(
  { session, now }: Examined,
  zone: string,
): Promise<{ at: number; minutes: number }[] | undefined> {
  try {
    return await session.query<{ at: number; minutes: number }>(
      `select (extract(epoch from t) * 1000)::float8 as at,
              (extract(epoch from (t at time zone $1) - (t at time zone 'UTC')) / 60)::float8 as minutes
         from generate_series(0, ${SAMPLES.months - 1}) month,
              lateral (select date_trunc('hour', to_timestamp($2)) + make_interval(months => month - ${SAMPLES.before})) s(t)`,
      [zone, now() / 1000],
    );
  } catch (error) {
    if (errorCode(error) === UNKNOWN_ZONE) return undefined;
    throw error;
  }
}

/** By the time-zone data of this process. */
export function ownZoneOffset(zone: string, instantMs: number): number | undefined {
  try {
    const parts = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    }).formatToParts(instantMs);
    const part = (type: string): number => Number(parts.find((candidate) => candidate.type === type)?.value);
    const local = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
    return (local - Math.floor(instantMs / 1000) * 1000) / 60_000;
  } catch {
    return undefined;
  }
}

/**
 * `deltad doctor`: everything about a database that can make deltad wrong, slow or a burden, looked at once. Writes nothing and takes no
 * lock that anybody waits for. Any role may ask; what it may not see is said instead of passed over.
 */
import { databaseCheck } from "../capture/check-database.ts";
import { type Finding, finding, FindingsError } from "../database/findings.ts";
import { errorCode } from "../database/reason.ts";
import type { Examination, Examined } from "./examination.ts";
import { examineReaders } from "./examine-readers.ts";
import { examineActivity, examineClock } from "./examine-server.ts";
import { examineIndexes, examinePublications, examineTempFiles } from "./examine-tables.ts";
import { examineLeftovers, examinePartitions, examineSafeguards } from "./examine-triggers.ts";
import { examineZones } from "./examine-zones.ts";

interface Named {
  /** Completes "… can't be examined". */
  readonly what: string;
  readonly examine: Examination;
  /** Whether it asks deltad's own functions and tables. */
  readonly asksDeltad: boolean;
}

const EXAMINATIONS: readonly Named[] = [
  { what: "renamed tables", examine: examineLeftovers, asksDeltad: false },
  { what: "partitions", examine: examinePartitions, asksDeltad: true },
  { what: "guards and event triggers", examine: examineSafeguards, asksDeltad: true },
  { what: "daemons' leases and change tables", examine: examineReaders, asksDeltad: true },
  { what: "publications", examine: examinePublications, asksDeltad: false },
  { what: "indexes", examine: examineIndexes, asksDeltad: false },
  { what: "temporary files", examine: examineTempFiles, asksDeltad: false },
  { what: "transactions and notifications", examine: examineActivity, asksDeltad: false },
  { what: "clocks", examine: examineClock, asksDeltad: false },
  { what: "time zones", examine: examineZones, asksDeltad: false },
];

const INSUFFICIENT_PRIVILEGE = "42501";

/** All findings, errors first. */
export async function examineDatabase(examined: Examined): Promise<Finding[]> {
  const findings = await refusals(examined);
  const hasObjects = !findings.some(({ code }) => ["objects_pending", "database_newer"].includes(code));
  const hasTables = !findings.some(({ code }) =>
    ["table_missing", "column_missing", "table_unsuitable"].includes(code),
  );
  for (const { what, examine, asksDeltad } of EXAMINATIONS) {
    if (asksDeltad && !hasObjects) continue;
    if (!hasTables && examine === examineZones) continue;
    findings.push(...(await allowed(what, () => examine(examined))));
  }
  const rank = { error: 0, warning: 1, notice: 2 };
  return findings.toSorted((a, b) => rank[a.severity] - rank[b.severity]);
}

/** Why the daemon would not start, or not be ready. */
async function refusals({ session, compiled, choices }: Examined): Promise<Finding[]> {
  try {
    return await allowed("capture", () => databaseCheck(compiled, choices)(session));
  } catch (error) {
    if (error instanceof FindingsError) return [...error.findings];
    throw error;
  }
}

async function allowed(what: string, examine: () => Promise<readonly Finding[]>): Promise<Finding[]> {
  try {
    return [...(await examine())];
  } catch (error) {
    if (errorCode(error) !== INSUFFICIENT_PRIVILEGE) throw error;
    return [finding("not_examined", `This role may not look at what it takes to examine ${what}.`)];
  }
}

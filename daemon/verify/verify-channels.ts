/**
 * Compares what the running daemon shows of channels with their rows by SQL. A past snapshot can't be read again, so that SQL reads twice,
 * before the daemon is asked and after: the daemon answers from a snapshot in between, and where SQL found the same rows both times it
 * must show them. Where rows changed meanwhile, or something differs, it is tried again: a row may have changed there and back.
 */
import { parseChannelRow } from "../capture/channel-row.ts";
import { SessionPool } from "../database/session-pool.ts";
import type { ChannelPlan } from "../plan/channel-plan.ts";
import type { OwnerTable } from "../plan/plan.ts";
import { channelLoadSelect } from "../plan/channel-select.ts";
import { printPosition } from "../plan/row-order.ts";
import { watchedBy } from "../plan/row-source.ts";
import { TAG } from "../plan/row-tag.ts";
import type { JsonObject, RowData } from "../../protocol/json.ts";
import type { DaemonDocuments, RowsAnswer } from "./daemon-documents.ts";
import { type Difference, differences } from "./difference.ts";
import { emptyVerdict, type StaleOwner, type Verdict } from "./verdict.ts";
import { type GroupsOptions, verifyGroups } from "./verify-groups.ts";

export interface VerifyChannelsOptions extends GroupsOptions {
  readonly url: string;
  readonly plan: ChannelPlan;
  readonly daemon: Pick<DaemonDocuments, "url" | "readRows">;
}

/** Read by one statement; each may have some MB. */
const GROUP = 50;
const TRIES = 3;
/** As long as the daemon's own loads may take. */
const STATEMENT_MS = 10_000;

/** Throws where it can't be done; that differences were found is no error. */
export async function verifyChannels(options: VerifyChannelsOptions): Promise<Verdict> {
  const { url, plan, daemon } = options;
  const pool = new SessionPool({ url, role: "verify", statementTimeoutMs: STATEMENT_MS, settings: { jit: "off" } }, 1);
  try {
    const verify = (group: readonly string[]): Promise<Verdict> => verifyGroup(options, pool, group);
    return await verifyGroups(options, pool, { owner: keyed(plan), daemon: daemon.url, size: GROUP, verify });
  } finally {
    await pool.stop();
  }
}

/** The channels' own table, as one of owners. */
function keyed(plan: ChannelPlan): OwnerTable {
  const { schema, table } = watchedBy(plan, plan.source);
  const { key: name, keyType: type, source } = plan;
  const key = [{ name, type }] as const;
  return { schema, table, key, source, dimensions: [], timeZone: { constant: "UTC" }, currency: undefined };
}

/** What SQL finds of a channel. */
interface Found {
  /** All that was read, as text, in any order. */
  readonly read: string[];
  exists: boolean;
  /** By set. */
  readonly sets: readonly (readonly FoundRow[])[];
}

interface FoundRow {
  readonly key: string;
  readonly position: string;
  readonly row: RowData | "too large";
}

async function verifyGroup(
  { plan, daemon }: VerifyChannelsOptions,
  pool: SessionPool,
  group: readonly string[],
): Promise<Verdict> {
  const stale: StaleOwner[] = [];
  let compared = 0;
  let keys = group;
  let differing: Difference[] = [];
  for (let tries = 1; keys.length > 0 && tries <= TRIES; tries += 1) {
    const before = await readBySql(plan, pool, keys);
    const answers = await daemon.readRows(plan.kind, keys);
    const after = await readBySql(plan, pool, keys);
    const again: string[] = [];
    differing = [];
    for (const answer of answers) {
      const { owner } = answer;
      const found = after.get(owner);
      if (answer.kind === "stale") {
        const { since, reason } = answer;
        stale.push({ owner, since, reason });
        continue;
      }
      const isSettled = found !== undefined && isSame(found, before.get(owner)) && answer.kind !== "unavailable";
      // Its row has gone, and the daemon says so: there is nothing to compare.
      if (isSettled && answer.kind === "missing" && !found.exists) continue;
      const unlike = isSettled ? compare(plan, answer, found) : [];
      if (isSettled && unlike.length === 0) compared += 1;
      else again.push(owner);
      differing.push(...unlike);
    }
    keys = again;
  }
  const differ = new Set(differing.map(({ owner }) => owner));
  return {
    ...emptyVerdict(daemon.url),
    compared: compared + differ.size,
    differing: differ.size,
    differences: differing,
    stale,
    unsettled: keys.filter((key) => !differ.has(key)),
  };
}

/** All at one snapshot; of a set that shows the newest twice as many as it must, as the daemon may. */
async function readBySql(
  plan: ChannelPlan,
  pool: SessionPool,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Found>> {
  const sets = plan.sets.map((set) => ({ ...set, count: set.count && 2 * set.count }));
  const statement = { name: `deltad_verify_${plan.kind}`, text: channelLoadSelect({ ...plan, sets }) };
  const found = new Map(
    keys.map((key) => [key, { read: new Array<string>(), exists: false, sets: sets.map((): FoundRow[] => []) }]),
  );
  for (const row of await pool.run((session) => session.rows(statement, [keys]))) {
    const channel = found.get(row[1] ?? "");
    if (channel === undefined) continue;
    channel.read.push(JSON.stringify(row));
    if (Number(row[0]) === TAG.channelWho) channel.exists ||= row[2] === null;
    else {
      const { set, key, row: read } = parseChannelRow(row);
      const position = printPosition(read.place, plan.sets[set]?.order ?? []);
      channel.sets[set]?.push({ key, position, row: read.data });
    }
  }
  return found;
}

function compare(
  plan: ChannelPlan,
  answer: Extract<RowsAnswer, { kind: "rows" | "missing" }>,
  found: Found,
): Difference[] {
  const { owner } = answer;
  if (answer.kind === "missing" || !found.exists) {
    const told = (isThere: boolean): JsonObject => ({ channel: isThere ? "there" : "no such channel" });
    return differences(owner, "daemon", told(answer.kind === "rows"), told(found.exists));
  }
  const { sets } = answer;
  return plan.sets.flatMap(({ name }, at) => {
    const { items = [], from = null } = sets[name] ?? {};
    const shown = items.map(([key, position, row]) => ({ key, position, row }));
    const expected = (found.sets[at] ?? []).filter(({ position }) => from === null || position >= from);
    return differences(owner, "daemon", { [name]: byKey(shown) }, { [name]: byKey(expected) });
  });
}

function isSame({ read }: Found, before: Found | undefined): boolean {
  return read.toSorted().join() === before?.read.toSorted().join();
}

/** Arrays compare as objects do, by their places. */
function byKey(rows: readonly FoundRow[]): JsonObject {
  return Object.fromEntries(rows.map(({ key, position, row }) => [key, { position, row }])) as JsonObject;
}

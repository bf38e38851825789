import type { TextRow } from "../database/session.ts";
import type { Batch, Grain, Reset } from "./batch.ts";
import { parseEvents } from "./event-row.ts";
import { TAG } from "../plan/row-tag.ts";

/** One reply of the batch statement (statement.ts): the batch, and what only the reader needs. */
export interface Reply {
  readonly batch: Batch;
  /** False once the lease is gone: rows may have been pruned unread. */
  readonly leaseLives: boolean;
  /** Whether there were change rows or resets, even if they came to nothing. */
  readonly found: boolean;
  /** The backend that answered. */
  readonly pid: number;
  readonly bellTaken: boolean;
  /** Whether the leader lock was taken; undefined where the statement did not try. */
  readonly leaderLockTaken: boolean | undefined;
  /** How many other daemons hold a lease. */
  readonly others: number;
  /** In use of the notification queue, 0 to 1; only in a heartbeat's reply. */
  readonly queueUsage: number | undefined;
  /** What capture depends on; in a heartbeat's reply and a cut's, and where the whole of a table was reset. */
  readonly fingerprint: string | undefined;
  /** Only where the statement asks. */
  readonly origin: Origin | undefined;
  /** Only in a cut's reply. */
  readonly exportedSnapshot: string | undefined;
}

/** What the change rows are that were read. */
export interface Origin {
  /** Their life. */
  readonly incarnation: string;
  /** Changes that it sees may be gone. */
  readonly floor: string | undefined;
}

/** Throws when the head row is missing: such a reply is no batch. */
export function parseReply(rows: readonly TextRow[], epoch: string, tookMs?: number): Reply {
  const grains: Grain[] = [];
  const resets: Reset[] = [];
  const events: TextRow[] = [];
  const dimensions: string[] = [];
  const withheld = new Set<string>();
  let head: TextRow | undefined;
  let heartbeat: TextRow | undefined;
  let bell: TextRow | undefined;
  let leaderLock: TextRow | undefined;
  let cut: TextRow | undefined;
  let fingerprint: TextRow | undefined;
  let origin: TextRow | undefined;
  for (const row of rows) {
    const tag = Number(row[0]);
    if (tag >= 0) grains.push(parseGrain(tag, row));
    else if (tag === TAG.reset) resets.push(parseReset(row));
    else if (tag === TAG.dimension) dimensions.push(textOf(row[1]));
    else if (tag === TAG.event) events.push(row);
    else if (tag === TAG.heartbeat) heartbeat = row;
    else if (tag === TAG.bell) bell = row;
    else if (tag === TAG.leaderLock) leaderLock = row;
    else if (tag === TAG.cut) cut = row;
    else if (tag === TAG.fingerprint) fingerprint = row;
    else if (tag === TAG.withheld) withheld.add(textOf(row[1]));
    else if (tag === TAG.origin) origin = row;
    else head = row;
  }
  if (!head) throw new Error("the batch statement returned no head row");
  return {
    batch: {
      epoch,
      snapshot: textOf(head[1]),
      clock: Number(textOf(head[4])),
      ...(tookMs === undefined ? {} : { tookMs }),
      grains,
      resets,
      events: parseEvents(events),
      withheld: [...withheld],
      dimensions,
    },
    leaseLives: head[2] === "t" && heartbeat?.[2] !== "f",
    found: head[3] === "1",
    pid: Number(textOf(head[5])),
    bellTaken: bell?.[2] === "t",
    leaderLockTaken: leaderLock && leaderLock[2] === "t",
    others: Number.parseInt(textOf(head[6]), 10),
    queueUsage: heartbeat ? Number(textOf(heartbeat[6])) : undefined,
    fingerprint: fingerprint?.[2] ?? undefined,
    origin: origin && { incarnation: textOf(origin[6]), floor: origin[2] ?? undefined },
    exportedSnapshot: cut?.[2] ?? undefined,
  };
}

/** One grain, from a row of the batch statement or of a load. */
export function parseGrain(projection: number, row: TextRow): Grain {
  return {
    projection,
    owner: textOf(row[1]),
    key: row[2] ?? undefined,
    day: integerOf(row[3]),
    from: integerOf(row[4]),
    until: integerOf(row[5]),
    values: textOf(row[6]).split(" ").map(BigInt),
  };
}

function parseReset([, owner, source, , rows, xid]: TextRow): Reset {
  return { source: textOf(source), owner: owner ?? undefined, rows: integerOf(rows), xid: BigInt(textOf(xid)) };
}

function integerOf(value: string | null | undefined): number | undefined {
  return value === null || value === undefined ? undefined : Number(value);
}

function textOf(value: string | null | undefined): string {
  if (value === null || value === undefined) throw new Error("the batch statement returned a null where it never does");
  return value;
}

import type { TextRow } from "../database/session.ts";
import type { Batch, ChannelWho, Grain, Reset } from "./batch.ts";
import { parseChannelChanges, parseChannelWho, parseOperations } from "./channel-row.ts";
import { parseEvents } from "./event-row.ts";
import { partTag, TAG } from "../plan/row-tag.ts";

/** One reply of the batch statement (statement.ts): the batch, in parts, and what only the reader needs. */
export interface Reply {
  /** A part for each kind of topics, in their order. */
  readonly batches: readonly [Batch, ...Batch[]];
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

/** The rows of one kind. */
interface Part {
  readonly grains: Grain[];
  readonly resets: Reset[];
  readonly events: TextRow[];
  readonly dimensions: string[];
  readonly withheld: Set<string>;
  readonly rows: TextRow[];
  readonly who: ChannelWho[];
  readonly operations: TextRow[];
}

/** @param kinds how many. Throws when the head row is missing: such a reply is no batch. */
export function parseReply(rows: readonly TextRow[], epoch: string, tookMs?: number, kinds = 1): Reply {
  const part = (): Part => ({
    grains: [],
    resets: [],
    events: [],
    dimensions: [],
    withheld: new Set(),
    rows: [],
    who: [],
    operations: [],
  });
  const first = part();
  const parts: readonly [Part, ...Part[]] = [first, ...Array.from({ length: kinds - 1 }, part)];
  const sides = new Map<number, TextRow>();
  for (const row of rows) {
    const [kind, tag] = partTag(Number(row[0]));
    const { grains, resets, events, dimensions, withheld, rows: channelRows, who, operations } = parts[kind] ?? first;
    if (tag >= 0) grains.push(parseGrain(tag, row));
    else if (tag === TAG.reset) resets.push(parseReset(row));
    else if (tag === TAG.dimension) dimensions.push(textOf(row[1]));
    else if (tag === TAG.event) events.push(row);
    else if (tag === TAG.withheld) withheld.add(textOf(row[1]));
    else if (tag === TAG.channelRow) channelRows.push(row);
    else if (tag === TAG.channelWho) who.push(parseChannelWho(row));
    else if (tag === TAG.operation) operations.push(row);
    else sides.set(tag, row);
  }
  const head = sides.get(TAG.head);
  if (!head) throw new Error("the batch statement returned no head row");
  const common = {
    epoch,
    snapshot: textOf(head[1]),
    clock: Number(textOf(head[4])),
    ...(tookMs === undefined ? {} : { tookMs }),
  };
  const batchOf = ({ events, withheld, rows: channelRows, who, operations, ...read }: Part): Batch => ({
    ...common,
    ...read,
    events: parseEvents(events),
    withheld: [...withheld],
    ...(channelRows.length + who.length + operations.length === 0
      ? {}
      : {
          channels: {
            rows: parseChannelChanges(channelRows),
            who,
            ...(operations.length === 0 ? {} : { ops: parseOperations(operations) }),
          },
        }),
  });
  const [heartbeat, leaderLock, origin] = [TAG.heartbeat, TAG.leaderLock, TAG.origin].map((tag) => sides.get(tag));
  const [own, ...others] = parts;
  return {
    batches: [batchOf(own), ...others.map(batchOf)],
    leaseLives: head[2] === "t" && heartbeat?.[2] !== "f",
    found: head[3] === "1",
    pid: Number(textOf(head[5])),
    bellTaken: sides.get(TAG.bell)?.[2] === "t",
    leaderLockTaken: leaderLock && leaderLock[2] === "t",
    others: Number.parseInt(textOf(head[6]), 10),
    queueUsage: heartbeat ? Number(textOf(heartbeat[6])) : undefined,
    fingerprint: sides.get(TAG.fingerprint)?.[2] ?? undefined,
    origin: origin && { incarnation: textOf(origin[6]), floor: origin[2] ?? undefined },
    exportedSnapshot: sides.get(TAG.cut)?.[2] ?? undefined,
  };
}

/** One grain, from a row of the batch statement or of a load. `key`: the same text, where it is at hand. */
export function parseGrain(projection: number, row: TextRow, key = row[2] ?? undefined): Grain {
  return {
    projection,
    owner: textOf(row[1]),
    key,
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

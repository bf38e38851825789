/** Reads what owners' clients missed: one statement, of any number of owners. */
import type { Grain } from "../capture/batch.ts";
import { parseGrain } from "../capture/batch-row.ts";
import { parseEvents } from "../capture/event-row.ts";
import { parseSnapshot, type Snapshot } from "../stream/snapshot.ts";
import { TAG } from "../plan/row-tag.ts";
import type { TextRow, TextSession } from "../database/session.ts";
import type { Sessions } from "../database/session-pool.ts";
import type { MissedRange } from "../stream/stream-position.ts";
import type { Plan } from "../plan/plan.ts";
import { missedOccupants, type OccupantHistory } from "../occupancy/missed-occupants.ts";
import { occupantEvent, type OwnerEvent, rowEvent } from "../owners/owner-event.ts";
import { MAX_EVENTS, HISTORY_TAG, historyStatement } from "./history-statement.ts";

/** What is asked about one owner. */
export interface HistoryRequest {
  readonly owner: string;
  /** Transactions from here on. */
  readonly firstXid: bigint;
  /** Stays that were not over then, in microseconds since 1970. */
  readonly sinceUs: number;
}

export interface HistoryReading {
  /** The life of the change rows that were read. */
  readonly incarnation: string;
  /** Of the read. */
  readonly snapshot: Snapshot;
  /** Changes that it sees may be gone. */
  readonly floor: Snapshot | undefined;
  readonly owners: ReadonlyMap<string, OwnerReading>;
}

/** What was read of one owner. */
export interface OwnerReading {
  /** In order of commit. */
  readonly events: readonly { readonly xid: bigint; readonly event: OwnerEvent }[];
  /** False where there were too many. */
  readonly isWhole: boolean;
  /** Transactions whose events nobody can tell: bulk statements, another time zone or currency. */
  readonly doubts: readonly bigint[];
  /** Transactions by which rows came to other owners through their parents: what the rows told before that may have been another owner's. */
  readonly moves: readonly bigint[];
  /** Who came and went in a range that begins no earlier than what was asked. */
  readonly occupants: (range: MissedRange) => readonly OwnerEvent[];
}

export interface HistoryReaderOptions {
  readonly plan: Plan;
  readonly sessions: Sessions<TextSession>;
  /** Time zones known to be good. */
  readonly zones: () => readonly string[];
}

export function historyReader({
  plan,
  sessions,
  zones,
}: HistoryReaderOptions): (requests: readonly HistoryRequest[]) => Promise<HistoryReading> {
  const statement = historyStatement(plan);
  return async (requests) => {
    const owners = requests.map(({ owner }) => owner);
    const sinceUs = Math.min(...requests.map((one) => one.sinceUs));
    const firsts = requests.map(({ firstXid }) => firstXid);
    const first = firsts.reduce((least, xid) => (xid < least ? xid : least));
    const values = [owners, sinceUs, zones(), owners, firsts.map(String), String(first)];
    const rows = await sessions.run((session) => session.rows(statement, values));
    return parseReading(rows, owners, plan);
  };
}

interface Draft {
  readonly events: TextRow[];
  readonly doubts: bigint[];
  readonly moves: bigint[];
  readonly touched: OccupantHistory["touched"][number][];
  readonly there: Grain[];
}

/** @throws Error where the head row is missing */
function parseReading(rows: readonly TextRow[], owners: readonly string[], plan: Plan): HistoryReading {
  const drafts = new Map<string, Draft>(
    owners.map((owner) => [owner, { events: [], doubts: [], moves: [], touched: [], there: [] }]),
  );
  let head: TextRow | undefined;
  for (const row of rows) {
    const [tag, owner] = row;
    if (Number(tag) === HISTORY_TAG.head) head = row;
    else if (owner === null) for (const draft of drafts.values()) take(row, draft);
    else take(row, drafts.get(owner ?? ""));
  }
  if (!head) throw new Error("the reading of what was missed returned no head row");
  const [, snapshot, floor, , , , secret] = head;
  const incarnation = secret ?? "";
  const told = [...drafts].map(([owner, draft]): [string, OwnerReading] => {
    const events = parseEvents(draft.events).map((event) => ({ xid: event.xid, event: rowEvent(incarnation, event) }));
    const isWhole = draft.events.length + draft.touched.length <= MAX_EVENTS;
    const occupants: OwnerReading["occupants"] = (range) =>
      missedOccupants(plan, draft, range).map((change) => occupantEvent(incarnation, change));
    return [owner, { events, isWhole, doubts: draft.doubts, moves: draft.moves, occupants }];
  });
  return {
    incarnation,
    snapshot: parseSnapshot(snapshot ?? ""),
    floor: floor ? parseSnapshot(floor) : undefined,
    owners: new Map(told),
  };
}

function take(row: TextRow, draft: Draft | undefined): void {
  const [tag, , , projection, , xid] = row;
  if (Number(tag) === TAG.event) draft?.events.push(row);
  else if (Number(tag) === HISTORY_TAG.doubt) draft?.doubts.push(BigInt(xid ?? ""));
  else if (Number(tag) === HISTORY_TAG.moved) draft?.moves.push(BigInt(xid ?? ""));
  else {
    const grain = { ...parseGrain(Number(projection), row), day: undefined };
    if (Number(tag) === HISTORY_TAG.there) draft?.there.push(grain);
    else draft?.touched.push({ xid: grain.values.at(-1) ?? 0n, grain });
  }
}

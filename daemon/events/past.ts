/** Reads what owners' clients missed: one statement, of any number of owners. */
import { parseEvents } from "../capture/event-row.ts";
import { parseSnapshot, type Snapshot } from "../capture/snapshot.ts";
import { TAG } from "../capture/statement.ts";
import type { Session, TextRow } from "../database/session.ts";
import type { Plan } from "../definition/plan.ts";
import type { Cursors } from "./cursor.ts";
import { type OwnerEvent, rowEvent } from "./owner-event.ts";
import { MAX_EVENTS, PAST, pastStatement } from "./past-statement.ts";

/** What is asked about one owner. */
export interface Wanted {
  readonly owner: string;
  /** Transactions from here on. */
  readonly since: bigint;
  /** Stays that began or ended from here on, in microseconds since 1970. */
  readonly sinceUs: number;
}

export interface Past {
  /** Of the read. */
  readonly snapshot: Snapshot;
  /** Changes that it sees may be gone. */
  readonly floor: Snapshot | undefined;
  readonly owners: ReadonlyMap<string, OwnerPast>;
}

/** What was read of one owner. */
export interface OwnerPast {
  /** In order of commit. */
  readonly events: readonly { readonly xid: bigint; readonly event: OwnerEvent }[];
  /** False where there were too many. */
  readonly isWhole: boolean;
  /** Transactions whose events nobody can tell: bulk statements, another time zone or currency. */
  readonly doubts: readonly bigint[];
  /** Stays that were written, with the transaction; from -Infinity until Infinity where it was the place itself. */
  readonly touched: readonly ({ readonly xid: bigint } & Span)[];
  /** Those of now that began or ended since then. */
  readonly stays: readonly Span[];
}

/** In microseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

export interface PastReaderOptions {
  readonly plan: Plan;
  readonly sessions: { run<T>(work: (session: Pick<Session, "rows">) => Promise<T>): Promise<T> };
  /** Time zones known to be good. */
  readonly zones: () => readonly string[];
  readonly cursors: Pick<Cursors, "incarnation">;
}

export function pastReader({
  plan,
  sessions,
  zones,
  cursors,
}: PastReaderOptions): (wanted: readonly Wanted[]) => Promise<Past> {
  const statement = pastStatement(plan);
  return async (wanted) => {
    const owners = wanted.map(({ owner }) => owner);
    const sinceUs = Math.min(...wanted.map((one) => one.sinceUs));
    const firsts = wanted.map(({ since }) => since);
    const first = firsts.reduce((least, xid) => (xid < least ? xid : least));
    const values = [owners, sinceUs, zones(), owners, firsts.map(String), String(first)];
    const rows = await sessions.run((session) => session.rows(statement, values));
    return parsePast(rows, owners, cursors.incarnation);
  };
}

interface Draft {
  readonly events: TextRow[];
  readonly doubts: bigint[];
  readonly touched: ({ readonly xid: bigint } & Span)[];
  readonly stays: Span[];
}

/** @throws Error where the head row is missing */
function parsePast(rows: readonly TextRow[], owners: readonly string[], incarnation: Uint8Array): Past {
  const drafts = new Map<string, Draft>(
    owners.map((owner) => [owner, { events: [], doubts: [], touched: [], stays: [] }]),
  );
  let head: TextRow | undefined;
  for (const row of rows) {
    const [tag, owner] = row;
    if (Number(tag) === PAST.head) head = row;
    else if (owner === null) for (const draft of drafts.values()) take(row, draft);
    else take(row, drafts.get(owner ?? ""));
  }
  if (!head) throw new Error("the reading of what was missed returned no head row");
  const [, snapshot, floor] = head;
  const told = [...drafts].map(([owner, draft]): [string, OwnerPast] => {
    const events = parseEvents(draft.events).map((event) => ({ xid: event.xid, event: rowEvent(incarnation, event) }));
    const isWhole = draft.events.length + draft.touched.length <= MAX_EVENTS;
    return [owner, { ...draft, events, isWhole }];
  });
  return {
    snapshot: parseSnapshot(snapshot ?? ""),
    floor: floor ? parseSnapshot(floor) : undefined,
    owners: new Map(told),
  };
}

function take(row: TextRow, draft: Draft | undefined): void {
  const [tag, , , , , xid, m] = row;
  if (Number(tag) === TAG.event) draft?.events.push(row);
  else if (Number(tag) === PAST.doubt) draft?.doubts.push(BigInt(xid ?? ""));
  else if (Number(tag) === PAST.stay) draft?.stays.push(spanOf(m));
  else draft?.touched.push({ xid: BigInt(xid ?? ""), ...spanOf(m) });
}

function spanOf(m: string | null | undefined): Span {
  const [from, until] = (m ?? "").split(" ");
  return from && until
    ? { from: Number(from), until: Number(until) }
    : { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };
}

/** Reads a long absence of one owner's client, a part at a time; see long-history-statement.ts. */
import type { Grain } from "../capture/batch.ts";
import { parseGrain } from "../capture/batch-row.ts";
import { parseEventRow } from "../capture/event-row.ts";
import type { TextRow } from "../database/session.ts";
import { occupantsBetween } from "../occupancy/missed-occupants.ts";
import { occupantEvent, type OwnerEvent, rowEvent } from "../owners/owner-event.ts";
import { TAG } from "../plan/row-tag.ts";
import { parseSnapshot, type Snapshot } from "../stream/snapshot.ts";
import { type MissedRange, rowsOf } from "../stream/stream-position.ts";
import type { HistoryReaderOptions } from "./history-reader.ts";
import { HISTORY_TAG } from "./history-statement.ts";
import { LONG_TAG, occupantsStatement, outlineStatement, pageStatement } from "./long-history-statement.ts";

/** What every read says of the change rows. */
export interface ReadFrom {
  /** Their life. */
  readonly incarnation: string;
  /** Changes that it sees may be gone. */
  readonly floor: Snapshot | undefined;
  /** Transactions by which rows came to other owners through their parents: what the rows told before that may have been another owner's. */
  readonly moves: readonly bigint[];
}

export interface Outline extends ReadFrom {
  /** Transactions whose events nobody can tell. */
  readonly doubts: readonly bigint[];
  /** The transactions that changed anything of the owner's, in order of commit. */
  readonly order: BigUint64Array;
  /** As many images each, at least. */
  readonly images: Uint32Array;
}

/** Which events of an owner a page has. */
export interface PageRequest {
  /** In order of commit. */
  readonly xids: readonly bigint[];
  /** What the client has seen: rows that name a parent are its owner's as the parent's changes since then say. */
  readonly seen: string;
  /** Of that transaction the first events are left out. */
  readonly part: { readonly xid: bigint; readonly events: number } | undefined;
  /** Rows, each of one event or a few. */
  readonly limit: number;
}

export interface Page extends ReadFrom {
  /** In order of commit; `nth` of their transaction, from 1. */
  readonly events: readonly { readonly xid: bigint; readonly nth: number; readonly event: OwnerEvent }[];
  /** The limit was reached: of the last transaction there may be more. */
  readonly isFull: boolean;
}

export interface MissedOccupants extends ReadFrom {
  readonly events: readonly OwnerEvent[];
}

export interface LongHistory {
  /** Of what neither `since` has nor its replay. */
  outline(owner: string, range: MissedRange): Promise<Outline>;
  page(owner: string, request: PageRequest): Promise<Page>;
  /** Undefined where the configuration tells of no occupants. */
  readonly occupants: ((owner: string, range: MissedRange) => Promise<MissedOccupants>) | undefined;
}

const NO_PART = { xid: 0n, events: 0 };

export function longHistory({ plan, sessions, zones }: HistoryReaderOptions): LongHistory {
  const statements = {
    outline: outlineStatement(plan),
    page: pageStatement(plan),
    occupants: occupantsStatement(plan),
  };
  const read = (name: keyof typeof statements, owner: string, sinceUs: number, values: readonly unknown[]) =>
    sessions.run((session) => session.rows(statements[name], [[owner], sinceUs, zones(), [owner], ...values]));
  const xminOf = (snapshot: string): string => String(parseSnapshot(snapshot).xmin);
  return {
    outline: async (owner, { since, upto }) => {
      const { snapshot: seen } = rowsOf(since);
      const { snapshot: end, part = NO_PART } = rowsOf(upto);
      return parseOutline(await read("outline", owner, since.asOf, [xminOf(seen), seen, end, String(part.xid)]));
    },
    page: async (owner, { xids, seen, part = NO_PART, limit }) => {
      const values = [xids.map(String), String(part.xid), part.events, limit, xminOf(seen)];
      return parsePage(await read("page", owner, 0, values), limit);
    },
    occupants:
      plan.occupants.length === 0
        ? undefined
        : async (owner, { since, upto }) => {
            const values = [xminOf(since.snapshot), since.snapshot, upto.snapshot, upto.asOf];
            const rows = await read("occupants", owner, since.asOf, values);
            const head = headOf(rows);
            const grains = (wanted: number): Grain[] =>
              rows.flatMap((row) =>
                Number(row[0]) === wanted ? [{ ...parseGrain(Number(row[3]), row), day: undefined }] : [],
              );
            const history = {
              there: grains(HISTORY_TAG.there),
              changedSince: grains(HISTORY_TAG.touched),
              changedWithin: grains(LONG_TAG.replayed),
            };
            const changes = occupantsBetween(plan, history, since.asOf, upto.asOf);
            return { ...head, events: changes.map((change) => occupantEvent(head.incarnation, change)) };
          },
  };
}

/** @throws Error where the head row is missing */
function headOf(rows: readonly TextRow[]): ReadFrom {
  const head = rows.find(([tag]) => Number(tag) === HISTORY_TAG.head);
  if (head === undefined) throw new Error("the reading of what was missed returned no head row");
  const [, , floor, , , , incarnation] = head;
  return {
    incarnation: incarnation ?? "",
    floor: floor ? parseSnapshot(floor) : undefined,
    moves: xidsOf(rows, HISTORY_TAG.moved),
  };
}

function xidsOf(rows: readonly TextRow[], wanted: number): readonly bigint[] {
  return rows.flatMap(([tag, , , , , xid]) => (Number(tag) === wanted ? [BigInt(xid ?? "")] : []));
}

function parseOutline(rows: readonly TextRow[]): Outline {
  const doubts = xidsOf(rows, HISTORY_TAG.doubt);
  const texts = rows
    .filter(([tag]) => Number(tag) === LONG_TAG.transactions)
    .toSorted(([, , , , a], [, , , , b]) => Number(a) - Number(b))
    .map((row) => row[6] ?? "");
  const count = texts.reduce((sum, text) => sum + text.split(",").length, 0);
  const order = new BigUint64Array(count);
  const images = new Uint32Array(count);
  let at = 0;
  for (const text of texts) {
    for (const transaction of text.split(",")) {
      const [xid = "", many = ""] = transaction.split(" ");
      order[at] = BigInt(xid);
      images[at] = Number(many);
      at += 1;
    }
  }
  return { ...headOf(rows), doubts, order, images };
}

function parsePage(rows: readonly TextRow[], limit: number): Page {
  const head = headOf(rows);
  const found = rows.filter(([tag]) => Number(tag) === TAG.event);
  const events = found.flatMap((row) => {
    const { names, owner, xid, id, data } = parseEventRow(row);
    const first = Number(row[7]) - names.length;
    return names.map((name, at) => ({
      xid,
      nth: first + at + 1,
      event: rowEvent(head.incarnation, { owner, name, id, xid, data }),
    }));
  });
  return { ...head, events, isFull: found.length >= limit };
}

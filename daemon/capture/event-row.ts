import type { TextRow } from "../database/session.ts";
import type { BatchEvent } from "./batch.ts";

/**
 * Events in order of commit, from rows of `TAG.event` (statement.ts) of one reading.
 *
 * Change rows are numbered by one sequence while their transactions are open, so their own order proves nothing across transactions.
 * But a transaction that changes a row after another did so had to wait for that one's commit, and takes a number then: the greatest
 * number of each transaction puts them into an order in which every row, and whatever follows from it, was really changed.
 */
export function parseEvents(rows: readonly TextRow[]): BatchEvent[] {
  const placed = rows.map(parseEvent);
  const last = new Map<bigint, number>();
  for (const { event, seq } of placed) last.set(event.xid, Math.max(seq, last.get(event.xid) ?? 0));
  const committed = ({ event }: PlacedEvent): number => last.get(event.xid) ?? 0;
  return placed
    .toSorted((a, b) => committed(a) - committed(b) || a.seq - b.seq || a.declared - b.declared)
    .map(({ event }) => event);
}

interface PlacedEvent {
  readonly event: BatchEvent;
  /** Of the row's last image in its transaction. */
  readonly seq: number;
  /** One row can give several events: they come as they are declared. */
  readonly declared: number;
}

function parseEvent([, owner, name, declared, seq, xid, m]: TextRow): PlacedEvent {
  const { id, data } = JSON.parse(m ?? "") as Pick<BatchEvent, "id" | "data">;
  const event = { owner: owner ?? "", name: name ?? "", id, xid: BigInt(xid ?? ""), data };
  return { event, seq: Number(seq), declared: Number(declared) };
}

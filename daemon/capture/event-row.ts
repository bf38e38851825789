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
  return inOrderOfCommit(rows.map(parseEventRow));
}

/** As {@link parseEvents}, of rows that are parsed. */
export function inOrderOfCommit(placed: readonly OrderedEvent[]): BatchEvent[] {
  const last = new Map<bigint, number>();
  for (const { xid, seq } of placed) last.set(xid, Math.max(seq, last.get(xid) ?? 0));
  const committed = ({ xid }: OrderedEvent): number => last.get(xid) ?? 0;
  return placed
    .toSorted((a, b) => committed(a) - committed(b) || a.seq - b.seq || a.declared - b.declared)
    .flatMap(({ names, owner, xid, id, data }) => names.map((name) => ({ owner, name, id, xid, data })));
}

export interface OrderedEvent extends Omit<BatchEvent, "name"> {
  /** One row can give several events with the same data, which come as they are declared. */
  readonly names: readonly string[];
  /** Of the row's last image in its transaction. */
  readonly seq: number;
  readonly declared: number;
}

export function parseEventRow([, owner, names, declared, seq, xid, m]: TextRow): OrderedEvent {
  const dataAndId = m ?? "";
  // PostgreSQL escapes line feeds in JSON; a row's key may hold any.
  const end = dataAndId.indexOf("\n");
  return {
    owner: owner ?? "",
    names: (names ?? "").split(" "),
    id: dataAndId.slice(end + 1),
    xid: BigInt(xid ?? ""),
    data: JSON.parse(dataAndId.slice(0, end)) as BatchEvent["data"],
    seq: Number(seq),
    declared: Number(declared),
  };
}

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
  return inOrderOfCommit(rows.map(placeOf)).flatMap(({ row }) => eventsOf(row));
}

/** A row, and what its place in the order of commit follows from. */
export interface PlacedRow {
  readonly row: TextRow;
  readonly xid: bigint;
  /** Of the row's last image in its transaction. */
  readonly seq: number;
  readonly declared: number;
}

export function placeOf(row: TextRow): PlacedRow {
  const [, , , declared, seq, xid] = row;
  return { row, xid: BigInt(xid ?? ""), seq: Number(seq), declared: Number(declared) };
}

/** As {@link parseEvents}, of rows whose data need not be parsed for it. */
export function inOrderOfCommit(placed: readonly PlacedRow[]): PlacedRow[] {
  const last = new Map<bigint, number>();
  for (const { xid, seq } of placed) last.set(xid, Math.max(seq, last.get(xid) ?? 0));
  return placed
    .map((one) => ({ one, committed: last.get(one.xid) ?? 0 }))
    .toSorted((a, b) => a.committed - b.committed || a.one.seq - b.one.seq || a.one.declared - b.one.declared)
    .map(({ one }) => one);
}

/** How many events a row gives. */
export function countOf([, , names]: TextRow): number {
  return (names ?? "").split(" ").length;
}

/** The events of one row: several with the same data come as they are declared. */
export function eventsOf(row: TextRow): BatchEvent[] {
  const { names, ...event } = parseEventRow(row);
  return names.map((name) => ({ name, ...event }));
}

interface EventRow extends Omit<BatchEvent, "name"> {
  readonly names: readonly string[];
}

export function parseEventRow([, owner, names, , , xid, m]: TextRow): EventRow {
  const dataAndId = m ?? "";
  // PostgreSQL escapes line feeds in JSON; a row's key may hold any.
  const end = dataAndId.indexOf("\n");
  return {
    owner: owner ?? "",
    names: (names ?? "").split(" "),
    id: dataAndId.slice(end + 1),
    xid: BigInt(xid ?? ""),
    data: JSON.parse(dataAndId.slice(0, end)) as BatchEvent["data"],
  };
}

import type { Owed, RowOwed } from "./booking-writer.ts";
import type { Told } from "./resuming-client.ts";

/** What a row's owner must hear of it, or has heard: transactions in order, each with its events. */
export type Rows = ReadonlyMap<string, readonly (readonly Owed[])[]>;

/** Everything that commits owe, by owner and row, in the order of commits. */
export class EventLedger {
  readonly #owners = new Map<string, Map<string, (readonly Owed[])[]>>();
  #events = 0;

  get events(): number {
    return this.#events;
  }

  /** Called as each commit is acknowledged: a row's next transaction waits for its lock until then. */
  commit(owed: readonly RowOwed[]): void {
    for (const { owner, bookingId, events } of owed) {
      const rows = this.#rowsOf(owner);
      rows.set(bookingId, [...(rows.get(bookingId) ?? []), events.toSorted(byName)]);
      this.#events += events.length;
    }
  }

  owedTo(owner: string): Rows {
    return this.#rowsOf(owner);
  }

  eventsOf(owner: string): number {
    return [...this.#rowsOf(owner).values()].flat(2).length;
  }

  #rowsOf(owner: string): Map<string, (readonly Owed[])[]> {
    const rows = this.#owners.get(owner) ?? new Map<string, (readonly Owed[])[]>();
    this.#owners.set(owner, rows);
    return rows;
  }
}

/** The same shape, from what a client has heard, in the order in which it heard. */
export function heard(events: Iterable<Told>): Rows {
  const rows = new Map<string, Owed[][]>();
  for (const { name, data } of events) {
    const { bookingId, guestName: tag, status, previousStatus } = data as Record<string, string | null>;
    const transactions = rows.get(bookingId ?? "") ?? [];
    const event: Owed = { name, tag: tag ?? "", status: status ?? "", previousStatus: previousStatus ?? null };
    const last = transactions.at(-1);
    if (last?.[0]?.tag === tag) last?.push(event);
    else transactions.push([event]);
    rows.set(bookingId ?? "", transactions);
  }
  return new Map([...rows].map(([row, transactions]) => [row, transactions.map((events) => events.toSorted(byName))]));
}

function byName(a: Owed, b: Owed): number {
  return a.name < b.name ? -1 : 1;
}

/**
 * Writes random transactions on the demo's bookings, and knows what each that committed is told as: rows are locked before they are
 * changed, so that what they were is known too.
 */
import type pg from "pg";

/** One event that a commit owes. `tag` is the guest's name, which no other transaction gives. */
export interface Owed {
  readonly name: string;
  readonly tag: string;
  readonly status: string;
  readonly previousStatus: string | null;
}

/** What one transaction did to one row, as its owner sees it. */
export interface RowOwed {
  readonly owner: string;
  readonly bookingId: string;
  readonly events: readonly Owed[];
}

interface Row {
  readonly id: string;
  readonly owner: string;
  readonly status: string;
  readonly paid: boolean;
}

const STATUSES = ["pending", "confirmed", "completed", "cancelled"] as const;
const ROLLED_BACK = 0.1;

export class BookingWriter {
  readonly #name: string;
  readonly #client: pg.Client;
  readonly #owners: readonly string[];
  #transactions = 0;
  #rows = 0;

  constructor(name: string, client: pg.Client, owners: readonly string[]) {
    this.#name = name;
    this.#client = client;
    this.#owners = owners;
  }

  /** Writes one transaction of one to four rows. Gives what it owes: nothing if it was rolled back. */
  async write(): Promise<readonly RowOwed[]> {
    this.#transactions += 1;
    await this.#client.query("begin");
    const owed: RowOwed[] = [];
    const touched: string[] = [];
    const rows = 1 + Math.floor(Math.random() * 4);
    for (let n = 0; n < rows; n += 1) owed.push(...(await this.#change(touched)));
    const isRolledBack = Math.random() < ROLLED_BACK;
    await this.#client.query(isRolledBack ? "rollback" : "commit");
    return isRolledBack ? [] : owed;
  }

  async #change(touched: string[]): Promise<readonly RowOwed[]> {
    const tag = `${this.#name}-${this.#transactions}-${++this.#rows}`;
    const row = Math.random() < 0.7 ? await this.#lock(touched) : undefined;
    if (row === undefined) return this.#insert(tag, touched);
    touched.push(row.id);
    const change = pick([
      () => this.#update(row, tag),
      () => this.#updateTwice(row, tag),
      () => this.#pay(row, tag),
      () => this.#undo(row, tag),
      () => this.#rename(row, tag, touched),
      () => this.#move(row, tag),
      () => this.#remove(row),
    ]);
    return change();
  }

  /** A row that nobody else is changing. */
  async #lock(touched: readonly string[]): Promise<Row | undefined> {
    const { rows } = await this.#client.query<Row>(
      `select id::text, owner_id::text as owner, status, payment_status = 'paid' as paid
         from bookings where owner_id = any ($1) and id <> all ($2) order by random() limit 1 for update skip locked`,
      [this.#owners, touched],
    );
    return rows[0];
  }

  async #insert(tag: string, touched: string[]): Promise<readonly RowOwed[]> {
    const owner = pick(this.#owners);
    const status = pick(STATUSES);
    const paid = Math.random() < 0.3;
    const { rows } = await this.#client.query<{ id: string }>(
      `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out)
       values ($1, $1, $2, 'pending', $3, 10, now() + interval '400 days', now() + interval '403 days') returning id::text`,
      [owner, Math.random() < 0.5 ? tag : `${tag}-first`, paid ? "paid" : "unpaid"],
    );
    const id = rows[0]?.id ?? "";
    touched.push(id);
    // Inserted and updated in one transaction is inserted; inserted and deleted is nothing.
    await this.#set(id, status, tag);
    if (Math.random() < 0.1) {
      await this.#client.query("delete from bookings where id = $1", [id]);
      return [];
    }
    return [{ owner, bookingId: id, events: born({ tag, status, paid }) }];
  }

  async #update(row: Row, tag: string): Promise<readonly RowOwed[]> {
    const status = pick(STATUSES);
    await this.#set(row.id, status, tag);
    return [changedRow(row, tag, status)];
  }

  async #updateTwice(row: Row, tag: string): Promise<readonly RowOwed[]> {
    await this.#set(row.id, pick(STATUSES), `${tag}-between`);
    return this.#update(row, tag);
  }

  async #pay(row: Row, tag: string): Promise<readonly RowOwed[]> {
    await this.#client.query("update bookings set payment_status = 'paid' where id = $1", [row.id]);
    const [change] = await this.#update(row, tag);
    if (change === undefined || row.paid) return change ? [change] : [];
    const told = change.events[0];
    return [{ ...change, events: told ? [told, { ...told, name: "revenue_received" }] : [] }];
  }

  /** A savepoint that is rolled back, and a change that is taken back. */
  async #undo(row: Row, tag: string): Promise<readonly RowOwed[]> {
    await this.#client.query("savepoint undone");
    await this.#set(row.id, pick(STATUSES), `${tag}-undone`);
    await this.#client.query("rollback to savepoint undone");
    await this.#client.query("update bookings set payment_amount = payment_amount + 1 where id = $1", [row.id]);
    await this.#client.query("update bookings set payment_amount = payment_amount - 1 where id = $1", [row.id]);
    return [];
  }

  /** Another primary key: one row less, another one more. */
  async #rename(row: Row, tag: string, touched: string[]): Promise<readonly RowOwed[]> {
    const { rows } = await this.#client.query<{ id: string }>(
      "update bookings set id = nextval(pg_get_serial_sequence('bookings', 'id')), guest_name = $2 where id = $1 returning id::text",
      [row.id, tag],
    );
    const bookingId = rows[0]?.id ?? "";
    touched.push(bookingId);
    return [{ owner: row.owner, bookingId, events: born({ ...row, tag }) }];
  }

  /** Another owner: what it is to the new one, nothing to the old one. */
  async #move(row: Row, tag: string): Promise<readonly RowOwed[]> {
    const owner = pick(this.#owners);
    if (owner === row.owner) return this.#update(row, tag);
    const sql = "update bookings set owner_id = $2, listing_id = $2, guest_name = $3 where id = $1";
    await this.#client.query(sql, [row.id, owner, tag]);
    return [{ owner, bookingId: row.id, events: born({ ...row, tag }) }];
  }

  async #remove(row: Row): Promise<readonly RowOwed[]> {
    await this.#client.query("delete from bookings where id = $1", [row.id]);
    return [];
  }

  async #set(id: string, status: string, tag: string): Promise<void> {
    await this.#client.query("update bookings set status = $2, guest_name = $3 where id = $1", [id, status, tag]);
  }
}

function born({ tag, status, paid }: { tag: string; status: string; paid: boolean }): readonly Owed[] {
  const created = { name: "booking_created", tag, status, previousStatus: null };
  return paid ? [created, { ...created, name: "revenue_received" }] : [created];
}

function changedRow(row: Row, tag: string, status: string): RowOwed {
  const isCompleted = status === "completed" && row.status !== "completed";
  const name = isCompleted ? "booking_completed" : "booking_updated";
  return { owner: row.owner, bookingId: row.id, events: [{ name, tag, status, previousStatus: row.status }] };
}

function pick<T>(values: readonly T[]): T {
  return values[Math.floor(Math.random() * values.length)] as T;
}

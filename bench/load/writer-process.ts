/**
 * Writes on an open-loop schedule: what is due is sent, however slow the answers are. Waits for its {@link WriterTask}. Sends
 * the log of its writes to its parent when the last one is answered. Two writes in three insert a pending booking, the third
 * confirms one.
 */
import { once } from "node:events";
import pg from "pg";
import type { Write } from "./write-log.ts";

export interface WriterTask {
  readonly databaseUrl: string;
  readonly owners: number;
  readonly writesPerSecond: number;
  readonly seconds: number;
  readonly sessions: number;
}

process.once("disconnect", () => process.exit());
const [task] = (await once(process, "message")) as [WriterTask];
const INSERT = {
  name: "insert",
  text: `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out)
         values ($1, $2, 'Guest', 'pending', 'unpaid', 120.50, now() + interval '3 days', now() + interval '5 days') returning id`,
};
const CONFIRM = { name: "confirm", text: "update bookings set status = 'confirmed' where id = $1" };

const free: pg.Client[] = [];
const waiting: { owner: number; dueNs: bigint; number: number }[] = [];
const pending = new Map<number, string[]>();
const writes: Write[] = [];
const total = task.writesPerSecond * task.seconds;

for (let index = 0; index < task.sessions; index += 1) {
  const client = new pg.Client({ connectionString: task.databaseUrl });
  await client.connect();
  free.push(client);
}
const startNs = process.hrtime.bigint();
const intervalNs = 1e9 / task.writesPerSecond;
let scheduled = 0;
schedule();

/** Timers fire at best every millisecond: each takes all that has become due. */
function schedule(): void {
  const elapsedNs = Number(process.hrtime.bigint() - startNs);
  for (; scheduled < total && scheduled * intervalNs <= elapsedNs; scheduled += 1) {
    const dueNs = startNs + BigInt(Math.round(scheduled * intervalNs));
    waiting.push({ owner: Math.floor(Math.random() * task.owners), dueNs, number: scheduled });
  }
  send();
  if (scheduled < total) setTimeout(schedule, 1);
}

function send(): void {
  while (waiting.length > 0) {
    const client = free.pop();
    if (!client) return;
    const next = waiting.shift();
    if (next) void write(client, next);
  }
}

async function write(client: pg.Client, { owner, dueNs, number }: (typeof waiting)[number]): Promise<void> {
  const bookings = pending.get(owner) ?? [];
  const toConfirm = number % 3 === 2 ? bookings.pop() : undefined;
  const id = owner + 1;
  const sentNs = process.hrtime.bigint();
  if (toConfirm === undefined) {
    const { rows } = await client.query<{ id: string }>({ ...INSERT, values: [10 * id - (number % 10), id] });
    bookings.push(rows[0]?.id ?? "");
    pending.set(owner, bookings);
  } else {
    await client.query({ ...CONFIRM, values: [toConfirm] });
  }
  writes.push({ owner, dueNs, sentNs, committedNs: process.hrtime.bigint() });
  free.push(client);
  if (writes.length === total) process.send?.(writes, () => process.exit());
  else send();
}

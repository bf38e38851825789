/**
 * From the COMMIT of one message to the frames that it makes, one write at a time: the row at a member of its room, the event at its
 * account's dashboard; against the bare relay, which takes turns with them.
 */
import { ownerTopic } from "../../protocol/topic.ts";
import type { BenchRun } from "../bench-run.ts";
import { BareRelay } from "../support/bare-relay.ts";
import { DaemonProcess } from "../support/daemon-process.ts";
import { median, percentile } from "../support/statistics.ts";
import { pauseBetween, timesOf } from "../support/timed-write.ts";
import { CHAT_CONFIG, INSERT_MESSAGE, memberOf, roomTopic } from "./chat.ts";
import { TopicSocket } from "../support/topic-socket.ts";

/** Longer than the 50 ms within which frames of one topic are merged. */
const PAUSE_MS = { shortest: 55, longest: 155 };
const WARM_UP = 20;
const ROOM = 1;

const MESSAGE = { name: "insert_message", text: INSERT_MESSAGE, values: [ROOM, memberOf(ROOM, 1)] };
const RELAYED_MESSAGE = { ...MESSAGE, name: "insert_relayed", text: INSERT_MESSAGE.replace("messages", "relayed") };

const NOTIFY_TRIGGER = `
create table relayed (like messages including all);
create function notify_message() returns trigger language plpgsql as $$
begin
  perform pg_notify('bookings', json_build_object('op', tg_op, 'id', new.id, 'room_id', new.room_id, 'body', new.body)::text);
  return null;
end $$;
create trigger notify_message after insert on relayed for each row execute function notify_message()`;

export async function benchMessageLatency(
  { server, report, quick }: BenchRun,
  database: string,
  daemonUrl: string,
): Promise<void> {
  const writes = quick ? 30 : 500;
  const writer = await server.session(database);
  await writer.query(NOTIFY_TRIGGER);
  const relay = await BareRelay.start(server.url(database));
  const daemon = await DaemonProcess.start(daemonUrl, { DELTAD_CONFIG: CHAT_CONFIG });
  try {
    const row = await Arrivals.of(daemon.port, daemon.userToken(memberOf(ROOM, 1)), roomTopic(ROOM), "rows_changed");
    const event = await Arrivals.of(
      daemon.port,
      daemon.token([String(ROOM)]),
      ownerTopic(String(ROOM)),
      "message_sent",
    );
    const times: Readonly<Record<"row" | "event" | "relay", number[]>> = { row: [], event: [], relay: [] };
    for (let write = -WARM_UP; write < writes; write += 1) {
      await pauseBetween(PAUSE_MS);
      const [rowMs = Number.NaN, eventMs = Number.NaN] = await timesOf(writer, MESSAGE, () => [
        row.next(),
        event.next(),
      ]);
      await pauseBetween(PAUSE_MS);
      const [relayMs = Number.NaN] = await timesOf(writer, RELAYED_MESSAGE, () => [relay.next()]);
      if (write < 0) continue;
      times.row.push(rowMs);
      times.event.push(eventMs);
      times.relay.push(relayMs);
    }
    for (const one of [row, event]) one.close();
    report.latencies("a message's row at a member", times.row);
    report.latencies("its event at its account's dashboard", times.event);
    report.latencies("bare relay", times.relay);
    report.line(
      `          rows against the bare relay: median ${(median(times.row) / median(times.relay)).toFixed(2)}`,
    );
    report.figure("median of rows against events", median(times.row) / median(times.event), { atMost: 1.15 });
    report.figure("p99 of rows against events", percentile(times.row, 0.99) / percentile(times.event, 0.99), {
      atMost: 1.5,
    });
  } finally {
    relay.stop();
    await daemon.stop();
  }
}

/** When frames of one type come on a topic. */
class Arrivals {
  readonly #socket: TopicSocket;
  #take: (atNs: bigint) => void = () => undefined;

  static async of(port: number, token: string, topic: string, type: string): Promise<Arrivals> {
    const arrivals: Arrivals = new Arrivals(
      await TopicSocket.subscribed(port, token, topic, (text, atNs) => {
        if (text.startsWith(`{"type":"${type}"`)) arrivals.#take(atNs);
      }),
    );
    return arrivals;
  }

  private constructor(socket: TopicSocket) {
    this.#socket = socket;
  }

  next(): Promise<bigint> {
    return new Promise((resolve) => (this.#take = resolve));
  }

  /** @throws Error if there was a frame that no healthy topic has */
  close(): void {
    this.#socket.close();
    if (this.#socket.fault !== undefined) throw new Error(this.#socket.fault);
  }
}

/**
 * From sending an operation to the frame that has its row and its answer, one at a time; against an `update` by node-postgres and the bare relay,
 * which take turns with them.
 */
import type { BenchRun } from "../bench-run.ts";
import { BareRelay } from "../support/bare-relay.ts";
import { DaemonProcess } from "../support/daemon-process.ts";
import { median } from "../support/statistics.ts";
import { pauseBetween } from "../support/timed-write.ts";
import { BOARD_CONFIG, Mover, widgetKey } from "./board.ts";

/** Longer than the 50 ms within which frames of one topic are merged. */
const PAUSE_MS = { shortest: 55, longest: 155 };
const WARM_UP = 20;

const NOTIFY_TRIGGER = `
create table relayed (like widgets including all);
insert into relayed select * from widgets;
create function notify_widget() returns trigger language plpgsql as $$
begin
  perform pg_notify('bookings', json_build_object('op', tg_op, 'id', new.id, 'x', new.x, 'y', new.y, 'title', new.title)::text);
  return null;
end $$;
create trigger notify_widget after update on relayed for each row execute function notify_widget()`;

const UPDATE = { name: "move_relayed", text: "update relayed set x = $2, y = $3 where id = $1" };

export async function benchOperationLatency(
  { server, report, quick }: BenchRun,
  database: string,
  daemonUrl: string,
): Promise<void> {
  const writes = quick ? 30 : 500;
  const writer = await server.session(database);
  await writer.query(NOTIFY_TRIGGER);
  const relay = await BareRelay.start(server.url(database));
  const daemon = await DaemonProcess.start(daemonUrl, { DELTAD_CONFIG: BOARD_CONFIG });
  try {
    const mover = await Mover.enter(daemon.port, daemon.userToken("u1"));
    const relayMs: number[] = [];
    for (let write = -WARM_UP; write < writes; write += 1) {
      await pauseBetween(PAUSE_MS);
      const answered = mover.answered();
      mover.move(1, write + WARM_UP + 1);
      await answered;
      await pauseBetween(PAUSE_MS);
      const startedNs = process.hrtime.bigint();
      const seen = relay.next();
      await writer.query({ ...UPDATE, values: [widgetKey(1), write, write] });
      const ms = Number((await seen) - startedNs) / 1e6;
      if (write >= 0) relayMs.push(ms);
    }
    mover.close();
    const tookMs = mover.tookMs.slice(WARM_UP);
    report.latencies("an operation, to the frame with its row and answer", tookMs);
    report.latencies("an update by node-postgres, to the bare relay's message", relayMs);
    report.figure("median of the one against the other", median(tookMs) / median(relayMs), { atMost: 2.5 });
  } finally {
    relay.stop();
    await daemon.stop();
  }
}

/**
 * What a second kind of topics over the same sources costs, `listing:10` beside `owner:1`: who writes, and who reads what was written. By
 * processor time for each change, of single bookings and of statements of very many; the arms take turns, and the cheapest round counts.
 */
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type pg from "pg";
import type { BenchRun } from "./bench-run.ts";
import type { BenchServer } from "./support/bench-server.ts";
import { DaemonProcess } from "./support/daemon-process.ts";
import { PACKAGE_ROOT } from "./support/deltad-command.ts";
import { createMarketplace, DAEMON_LOGIN, migrate } from "./support/marketplace.ts";
import { OwnerSocket } from "./support/owner-socket.ts";
import { tellsProcessorTime, usedUs } from "./support/server-processor-time.ts";
import { timesOf } from "./support/timed-write.ts";
import { TopicSocket } from "./support/topic-socket.ts";

const OWNERS = 100;
const ROWS = 2_000;
/** What is done for the second kind, or after the frame, is done by then. */
const COMPLETE_MS = 100;

const COLUMNS =
  "listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, paid_at";
const VALUES = "'Guest', 'confirmed', 'paid', 120.50, now() + interval '3 days', now() + interval '5 days', now()";
/** For the owner and its last listing. */
const ONE = `insert into bookings (${COLUMNS}) select 10 * $1::bigint, $1, ${VALUES}`;
/** For all owners, evenly. */
const MANY = `insert into bookings (${COLUMNS}) select 10 * o, o, ${VALUES} from (select 1 + n % ${OWNERS} as o from generate_series(1, ${ROWS}) n) s`;

const OWNER = "owners alone";
const UNFOLLOWED = "owners and listings, of which nobody follows one";
const FOLLOWED = "owners and listings, both followed";
const ARMS = {
  [OWNER]: { config: "deltad.config.ts", listings: false },
  [UNFOLLOWED]: { config: "listing/deltad.config.ts", listings: false },
  [FOLLOWED]: { config: "listing/deltad.config.ts", listings: true },
} as const;

/** Microseconds of processor time for each change. */
interface Cost {
  readonly writer: number;
  /** The daemon's sessions on the server. */
  readonly reader: number;
  readonly daemon: number;
}

export async function benchKinds({ server, report, quick }: BenchRun): Promise<void> {
  const [rounds, singles, statements] = quick ? [1, 20, 2] : [8, 200, 10];
  report.conditions(
    await server.describe(),
    `${OWNERS} owners, all followed, and where listings are followed one of each; ${rounds} rounds of ${singles} bookings and ${statements} statements of ${ROWS} for each arm`,
  );
  if (!(await tellsProcessorTime())) return report.line("          processor time: not told by this system");
  const arms: (readonly [string, Arm])[] = [];
  try {
    for (const [name, { config, listings }] of Object.entries(ARMS))
      arms.push([name, await Arm.begin(server, `kinds_${arms.length}`, config, listings)]);
    for (const [what, measure] of [
      ["single bookings", (arm: Arm) => arm.measure(ONE, singles, 1)],
      [`statements of ${ROWS}`, (arm: Arm) => arm.measure(MANY, statements, ROWS)],
    ] as const) {
      const costs = new Map<string, Cost[]>();
      // The first round is for plans and caches.
      for (let round = 0; round <= rounds; round += 1)
        for (const [name, arm] of arms) {
          const cost = await measure(arm);
          if (round > 0) costs.set(name, [...(costs.get(name) ?? []), cost]);
        }
      const least = (name: string, of: (cost: Cost) => number): number => Math.min(...(costs.get(name) ?? []).map(of));
      const reading = ({ reader, daemon }: Cost): number => reader + daemon;
      for (const [name] of arms)
        report.line(
          `          ${what}, ${name}: writer ${least(name, ({ writer }) => writer).toFixed(1)}, server's part of reading ${least(name, ({ reader }) => reader).toFixed(1)}, daemon ${least(name, ({ daemon }) => daemon).toFixed(1)} µs a change`,
        );
      const against = (name: string, of: (cost: Cost) => number): number => least(name, of) / least(OWNER, of);
      const writing = against(UNFOLLOWED, ({ writer }) => writer);
      report.figure(`${what}: writing against ${OWNER}`, writing, { atMost: 1.05 });
      report.figure(`${what}: reading against ${OWNER}, ${UNFOLLOWED}`, against(UNFOLLOWED, reading), { atMost: 1.3 });
      report.line(`          ${what}: reading against ${OWNER}, ${FOLLOWED}: ${against(FOLLOWED, reading).toFixed(2)}`);
    }
    for (const [, arm] of arms) arm.assertHealthy();
  } finally {
    for (const [, arm] of arms) await arm.end();
  }
}

/** One configuration's database and daemon, and who follows its topics. */
class Arm {
  readonly #daemon: DaemonProcess;
  readonly #writer: pg.Client;
  readonly #owners: OwnerSocket;
  readonly #listings: readonly TopicSocket[];
  readonly #writers: readonly number[];
  readonly #readers: readonly number[];
  readonly #arrivals: Arrivals;
  #written = 0;

  private constructor(parts: {
    daemon: DaemonProcess;
    writer: pg.Client;
    owners: OwnerSocket;
    listings: readonly TopicSocket[];
    writers: readonly number[];
    readers: readonly number[];
    arrivals: Arrivals;
  }) {
    this.#daemon = parts.daemon;
    this.#writer = parts.writer;
    this.#owners = parts.owners;
    this.#listings = parts.listings;
    [this.#writers, this.#readers] = [parts.writers, parts.readers];
    this.#arrivals = parts.arrivals;
  }

  static async begin(server: BenchServer, database: string, config: string, withListings: boolean): Promise<Arm> {
    const writer = await server.createDatabase(database);
    await createMarketplace(writer, OWNERS);
    const configFile = join(PACKAGE_ROOT, "bench/kinds", config);
    const url = await migrate(writer, server.url(database), configFile);
    const daemon = await DaemonProcess.start(url, { DELTAD_CONFIG: configFile });
    const arrivals = new Arrivals();
    const keys = Array.from({ length: OWNERS }, (_, index) => String(index + 1));
    const owners = await OwnerSocket.subscribed(daemon, daemon.token(keys), keys, (owner) => arrivals.came(owner));
    const listings: TopicSocket[] = [];
    const topics = withListings ? keys.map((key) => `listing:${key}0`) : [];
    for (const topic of topics)
      listings.push(await TopicSocket.subscribed(daemon.port, daemon.token([], [topic]), topic, () => undefined));
    // Waiting for the disk is no processor time, and takes long.
    await writer.query("set synchronous_commit = off");
    const pids = async (where: string): Promise<number[]> => {
      const text = `select pid from pg_stat_activity where datname = current_database() and ${where}`;
      return (await writer.query<{ pid: number }>(text)).rows.map(({ pid }) => pid);
    };
    const writers = await pids("pid = pg_backend_pid()");
    const readers = await pids(`usename = '${DAEMON_LOGIN.user}'`);
    return new Arm({ daemon, writer, owners, listings, writers, readers, arrivals });
  }

  /** Makes so many writes of `changes` each, one after the other's frames. */
  async measure(text: string, writes: number, changes: number): Promise<Cost> {
    const before = await this.#used();
    for (let write = 0; write < writes; write += 1) {
      const owner = String(1 + (this.#written++ % OWNERS));
      const isOne = changes === 1;
      const statement = { name: isOne ? "one" : "many", text, values: isOne ? [owner] : [] };
      await timesOf(this.#writer, statement, () => [this.#arrivals.next(isOne ? owner : undefined)]);
    }
    await setTimeout(COMPLETE_MS);
    const after = await this.#used();
    const each = (of: keyof Cost): number => (after[of] - before[of]) / (writes * changes);
    return { writer: each("writer"), reader: each("reader"), daemon: each("daemon") };
  }

  assertHealthy(): void {
    this.#owners.assertHealthy();
    for (const { fault } of this.#listings) if (fault !== undefined) throw new Error(fault);
  }

  async end(): Promise<void> {
    for (const socket of [this.#owners, ...this.#listings]) socket.close();
    await this.#daemon.stop();
  }

  async #used(): Promise<Cost> {
    return {
      writer: await usedUs(this.#writers),
      reader: await usedUs(this.#readers),
      daemon: 1_000 * (await this.#daemon.ask("cpu")),
    };
  }
}

/** Tells when one owner's numbers have come, or those of all. */
class Arrivals {
  #missing = new Set<string>();
  #complete: (atNs: bigint) => void = () => undefined;

  came(owner: string): void {
    if (this.#missing.delete(owner) && this.#missing.size === 0) this.#complete(process.hrtime.bigint());
  }

  next(owner?: string): Promise<bigint> {
    const all = Array.from({ length: OWNERS }, (_, index) => String(index + 1));
    this.#missing = new Set(owner === undefined ? all : [owner]);
    return new Promise((resolve) => (this.#complete = resolve));
  }
}

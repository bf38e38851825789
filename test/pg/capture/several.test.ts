/** Several readers of one database: the leader keeps the bell, the others sleep because it wakes them. */
import assert from "node:assert/strict";
import { before, it, type TestContext } from "node:test";
import { HEARTBEAT, type CaptureOptions } from "../../../daemon/capture/capture-options.ts";
import { bellFree, bellHeld } from "../../support/held-bell.ts";
import { createLedger, type Ledger } from "../../support/ledger.ts";
import { Proxy } from "../../support/proxy.ts";
import { eventually, pause } from "../../support/real-time.ts";
import { readerOf, type RunningReader } from "../../support/run-reader.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

/** What one daemon tells another must do without these. */
const NO_HEARTBEAT = { ...HEARTBEAT, everyMs: Number.POSITIVE_INFINITY };
const EVERY_MS = 200;
/** How much later a busy machine may be; far less than a heartbeat of every day. */
const LATE_MS = 5_000;
const FAST = { ...HEARTBEAT, everyMs: EVERY_MS, timeoutMs: 2_000 };
const ROUNDS = 40;
/** On this clock 50 quiet milliseconds are over in one: readers fall asleep all the time. */
const FAST_CLOCK = (): number => performance.now() * 50;

/** Started one after the other: the first one is the leader. */
async function started(
  t: TestContext,
  ledger: Ledger,
  urls: readonly string[],
  options: Options,
): Promise<RunningReader[]> {
  const readers: RunningReader[] = [];
  for (const url of urls) {
    const running = readerOf(url, options);
    t.after(() => running.stop());
    readers.push(running);
    await running.reader.start();
    if (readers.length === 1) await bellHeld(ledger.database);
  }
  return readers;
}

async function allHave(readers: readonly RunningReader[], ids: readonly number[]): Promise<void> {
  const has = ({ sink }: RunningReader): boolean => ids.every((id) => sink.sums.get(String(id)) === 1n);
  await Promise.all(
    readers.map((each, at) => each.sink.until(() => has(each), `rows ${ids.join(", ")} at reader ${at}`)),
  );
}

/** Resolves when nothing is read any more. */
async function allSleep(readers: readonly RunningReader[]): Promise<void> {
  const reads = (): number => readers.reduce((sum, { sink }) => sum + sink.batches.length, 0);
  for (let before = -1; before !== reads(); ) {
    before = reads();
    await pause(150, "silence");
  }
}

/** The session that holds the bell or the leader lock. */
async function holder(database: TestDatabase, lock: "bell" | "leader lock"): Promise<number | undefined> {
  const key = lock === "bell" ? "classid = 1684368500 and objid = 1" : "classid = 1684368501";
  const rows = await database.query<{ pid: number }>(
    `select pid from pg_locks where locktype = 'advisory' and ${key} and mode = 'ExclusiveLock' and granted
        and database = (select oid from pg_database where datname = current_database())`,
  );
  assert.ok(rows.length <= 1, `${rows.length} hold the ${lock}`);
  return rows[0]?.pid;
}

type Options = Pick<CaptureOptions, "heartbeat"> & { readonly now?: () => number };

await onEachServer("several daemons", (server) => {
  let ledger: Ledger;
  let lastId = 0;
  before(async () => {
    ledger = await createLedger(await server.createDatabase());
  });

  /** Commits a row of a new id. */
  const write = async (client: Pick<TestDatabase, "query"> = ledger.database): Promise<number> => {
    const id = ++lastId;
    await client.query(`insert into ledger (id, holder) values (${id}, 1)`);
    return id;
  };
  const two = (): string[] => [ledger.url, ledger.url];

  it("are told of nothing by one that is alone", async (t) => {
    const readers = await started(t, ledger, [ledger.url], { heartbeat: NO_HEARTBEAT });
    const heard: string[] = [];
    const listener = await ledger.database.client();
    listener.on("notification", ({ channel }) => heard.push(channel));
    await listener.query("listen deltad_bell");
    await allHave(readers, [await write()]);
    await bellFree(ledger.database);
    await allHave(readers, [await write()]);
    await bellHeld(ledger.database);
    await listener.query("select 1");
    assert.equal(heard.length, 1, "the write that found it asleep");
  });

  it("remove what another that was removing could not see, at the next heartbeat", async (t) => {
    const readers = await started(t, ledger, [ledger.url], { heartbeat: FAST });
    const pruning = await ledger.database.client();
    await pruning.query("begin; lock table deltad.lease_lock in share row exclusive mode");
    await allHave(readers, [await write()]);
    await pause(EVERY_MS * 3, "silence");
    const unread = 'select from deltad."change_ledger"';
    assert.notEqual((await ledger.database.query(unread)).length, 0);
    await pruning.query("commit");
    const endedMs = performance.now();
    const isRead = async (): Promise<boolean> => (await ledger.database.query(unread)).length === 0;
    await eventually("it to be removed", isRead, { everyMs: EVERY_MS / 4 });
    assert.ok(performance.now() - endedMs < EVERY_MS + LATE_MS);
  });

  it("leave nothing unread while they fall asleep, wake each other, load and are replaced at any moment, without heartbeats", async (t) => {
    const options = { heartbeat: NO_HEARTBEAT, now: FAST_CLOCK };
    const living = await started(t, ledger, [...two(), ledger.url], options);
    const writers = await Promise.all([1, 2, 3].map(() => ledger.database.client()));
    for (let round = 0; round < ROUNDS; round += 1) {
      const ids = await Promise.all(
        writers.slice(0, 1 + (round % 3)).map(async (client) => {
          const id = ++lastId;
          await pause(Math.random() * 8, "chance");
          await client.query(`begin; insert into ledger (id, holder) values (${id}, 1)`);
          if (round % 4 > 0) await pause(Math.random() * 8, "chance");
          await client.query("commit");
          return id;
        }),
      );
      // Nothing else is written meanwhile: what was missed stays missed.
      await allHave(living, ids);
      const one = living[round % living.length];
      if (one && round % 5 === 0) {
        one.sink.cutWanted = true;
        one.reader.nudge();
      }
      if (round % 15 < 14) continue;
      await living.shift()?.stop();
      living.push(...(await started(t, ledger, [ledger.url], options)));
    }
    const losses = living.flatMap(({ sink }) => sink.losses);
    assert.deepEqual(losses, []);
  });

  it("idle with no more statements than heartbeats, and one bell", async (t) => {
    const proxies = await Promise.all([1, 2, 3].map(() => Proxy.start(ledger.url)));
    const urls = proxies.map(({ url }) => url);
    const readers = await started(t, ledger, urls, { heartbeat: FAST });
    // After the readers, which end their leases through them.
    t.after(() => Promise.all(proxies.map((proxy) => proxy.stop())));
    await allHave(readers, [await write()]);
    await bellHeld(ledger.database);
    const unread = 'select from deltad."change_ledger"';
    const isRead = async (): Promise<boolean> => (await ledger.database.query(unread)).length === 0;
    await eventually("the row to be pruned", isRead, { everyMs: EVERY_MS });
    await pause(EVERY_MS, "silence");
    const before = proxies.map(({ statements }) => statements);
    await pause(EVERY_MS * 5, "silence");
    for (const [at, { statements }] of proxies.entries()) {
      const sent = statements - (before[at] ?? 0);
      assert.ok(sent >= 3 && sent <= 6, `${sent} statements of daemon ${at} in five heartbeats`);
    }
    assert.equal(await holder(ledger.database, "bell"), await holder(ledger.database, "leader lock"));
  });

  it("hear of a write that notified nobody from the one that is awake", async (t) => {
    const readers = await started(t, ledger, two(), { heartbeat: NO_HEARTBEAT });
    const [first, second] = readers as [RunningReader, RunningReader];
    const inFlight = await ledger.database.client();
    await inFlight.query("begin");
    // As a writer in flight does, this keeps the first one from taking the bell.
    for (let taken = false; !taken; ) {
      await allHave(readers, [await write()]);
      const sql = "select pg_try_advisory_xact_lock_shared(1684368500, 1) as taken";
      taken = (await inFlight.query<{ taken: boolean }>(sql)).rows[0]?.taken === true;
    }
    await pause(300, "silence");
    const reads = { first: first.sink.batches.length, second: second.sink.batches.length };
    await pause(200, "silence");
    assert.ok(first.sink.batches.length > reads.first + 5, "the first one is awake");
    assert.equal(second.sink.batches.length, reads.second, "the second one sleeps");
    await allHave(readers, [await write()]);
    await inFlight.query("rollback");
  });

  it("hear of writes while the leader is busy with loads: it has given its lock away", async (t) => {
    const [first, second] = (await started(t, ledger, two(), { heartbeat: NO_HEARTBEAT })) as [
      RunningReader,
      RunningReader,
    ];
    await allSleep([first, second]);
    const leader = await holder(ledger.database, "leader lock");
    let loaded = (): void => undefined;
    first.sink.onCut = () => new Promise((resolve) => (loaded = resolve));
    // A reader that is woken by it gives the bell back, then loads.
    await ledger.database.query("insert into deltad.reset (source) values ('ledger'); notify deltad_bell");
    await first.sink.until(() => first.sink.cuts.length === 1, "the loads");
    await second.sink.until(() => second.sink.cuts.length === 1, "the other's loads");
    const ids: number[] = [];
    for (let n = 0; n < 4; n += 1) {
      ids.push(await write());
      await allHave([second], ids);
      await pause(70, "duration");
    }
    const next = await holder(ledger.database, "leader lock");
    assert.ok(next !== undefined && next !== leader, "the other one is the leader");
    loaded();
    await allHave([first], ids);
  });

  for (const [when, writes] of [
    ["though nobody writes", false],
    ["and lose nothing of what is written meanwhile", true],
  ] as const) {
    it(`take the bell over within a heartbeat from one that died, ${when}`, async (t) => {
      const proxy = await Proxy.start(ledger.url);
      const [, ...others] = await started(t, ledger, [proxy.url, ...two()], { heartbeat: FAST });
      for (const { sink } of others) await sink.until(() => sink.batches.length > 15, "reads until it sleeps");
      // It is cut off for good: its sessions end, and it gets no others. Nobody is told.
      await proxy.stop();
      const diedMs = performance.now();
      await bellFree(ledger.database);
      if (writes) await allHave(others, [await write()]);
      await bellHeld(ledger.database);
      const overMs = performance.now() - diedMs;
      assert.ok(overMs < EVERY_MS + LATE_MS, `taken over after ${overMs} ms`);
      await allHave(others, [await write()]);
      const losses = others.flatMap(({ sink }) => sink.losses);
      assert.deepEqual(losses, []);
    });
  }

  it("have the leader lock at once from one that stops, or that can't hear bells", async (t) => {
    const [first, ...others] = await started(t, ledger, [...two(), ledger.url], { heartbeat: NO_HEARTBEAT });
    await allSleep(others);
    const leader = await holder(ledger.database, "leader lock");
    await first?.stop();
    await bellHeld(ledger.database);
    assert.notEqual(await holder(ledger.database, "leader lock"), leader);
    for (let n = 0; n < 3; n += 1) {
      await ledger.database.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'deltad/listener' and datname = current_database()",
      );
      await allHave(others, [await write()]);
      await bellHeld(ledger.database);
      await allHave(others, [await write()]);
    }
  });
});

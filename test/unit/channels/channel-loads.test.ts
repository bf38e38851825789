import assert from "node:assert/strict";
import { it } from "node:test";
import { CHANNEL, changeOf } from "../../support/posts-channel.ts";
import { batchAt, channelsRig } from "../../support/channels-rig.ts";

const PLAN = { ...CHANNEL, sets: [] };
/** As PostgreSQL says that a statement took too long. */
const TOO_SLOW = Object.assign(new Error("canceling statement due to statement timeout"), { code: "57014" });
const TOO_LARGE = Object.assign(new Error("temporary file size exceeds temp_file_limit (64kB)"), { code: "53400" });
const row = (key: string) => changeOf(key, { place: key, data: {}, bytes: 2 }, true);

it("1,000 channels that are subscribed to at once take at most ten statements to load, one that fails is tried again", async () => {
  const { channels, loads, kinds, cut } = channelsRig(PLAN);
  for (let n = 1; n <= 1000; n += 1) channels.watch(String(n));
  for (let round = 1; round <= 20; round += 1) {
    const before = loads.length;
    await cut(`${round}:${round}:`);
    for (const [at, load] of loads.slice(before).entries())
      await (before + at === 0 ? load.fail(new Error("late")) : load.answer());
  }
  assert.ok(loads.length <= 10, `${loads.length} loads`);
  for (let n = 1; n <= 1000; n += 1) assert.deepEqual(kinds(String(n)), ["audience", "whole", "live"]);

  // A reset names one, and needs a cut.
  const reset = batchAt("30:30:", { resets: [{ source: "rooms", owner: "7", rows: 1, xid: 1n }] });
  assert.equal(channels.needsCut(batchAt("29:29:")), false);
  assert.equal(channels.needsCut(reset), true);
  await channels.applyCut(reset, { snapshotId: "s" });
  assert.deepEqual(loads.at(-1)?.keys, ["7"]);
  channels.stop();
});

for (const error of [TOO_SLOW, TOO_LARGE])
  it(`a channel that takes too long to load keeps none of those out that are loaded with it: ${error.message}`, async () => {
    const { channels, loads, kinds, cut } = channelsRig(PLAN);
    for (let n = 1; n <= 100; n += 1) channels.watch(String(n));
    let answered = 0;
    for (let round = 1; round <= 60; round += 1) {
      await cut(`${round}:${round}:`);
      for (const load of loads.slice(answered)) await (load.keys.includes("13") ? load.fail(error) : load.answer());
      answered = loads.length;
    }
    for (let n = 1; n <= 100; n += 1)
      assert.deepEqual(kinds(String(n)).slice(-3), n === 13 ? [] : ["audience", "whole", "live"], String(n));
    assert.deepEqual(loads.at(-1)?.keys, ["13"]);
    channels.stop();
  });

it("channels that take too long each time say stale after some seconds, and keep no new one out", async () => {
  const { channels, clock, loads, kinds, cut } = channelsRig(PLAN);
  const isSlow = (key: string): boolean => key.startsWith("s");
  const began = new Map<object, number>();
  let seconds = 0;
  /** Each second there is a batch, and a cut where one is wanted; who is slow fails after 10 s. */
  const oneSecond = async (): Promise<void> => {
    for (let cuts = 0; cuts < 9; cuts += 1) await cut(`${seconds * 10 + cuts}:9999:`);
    clock.advance(100);
    await channels.apply(batchAt(`${seconds * 10 + 9}:9999:`));
    seconds += 1;
    for (const load of loads) {
      const since = began.get(load) ?? seconds;
      began.set(load, since);
      if (!load.keys.some(isSlow)) await load.answer();
      else if (seconds - since >= 10) await load.fail(TOO_SLOW);
    }
  };
  for (let n = 1; n <= 8; n += 1) channels.watch(`s${n}`);
  for (let at = 0; at < 60; at += 1) await oneSecond();
  for (let n = 1; n <= 8; n += 1) assert.deepEqual(kinds(`s${n}`), ["stale"], `s${n}`);
  for (let n = 1; n <= 40; n += 1) channels.watch(String(n));
  for (let at = 0; at < 12; at += 1) await oneSecond();
  for (let n = 1; n <= 40; n += 1)
    assert.deepEqual(kinds(String(n)).slice(-3), ["audience", "whole", "live"], String(n));
  // Those who are slow are tried all the same.
  const before = loads.length;
  for (let at = 0; at < 100; at += 1) await oneSecond();
  const tried = new Set(loads.slice(before).flatMap(({ keys }) => keys));
  assert.equal(tried.size, 8);
  channels.stop();
});

it("what a load has found is published as it was at its cut, and what batches brought meanwhile after it, each where it was", async () => {
  const { channels, loads, told, cut } = channelsRig(PLAN);
  channels.watch("1");
  await cut("10:10:");
  for (const [snapshot, key] of [
    ["11:11:", "a"],
    ["12:12:", "b"],
  ] as const)
    await channels.apply(batchAt(snapshot, { channels: { rows: [row(key)], who: [] } }));
  await channels.apply(batchAt("13:13:"));
  await loads[0]?.answer();
  assert.deepEqual(
    told("1").flatMap((update) =>
      "snapshot" in update ? [`${update.kind} ${update.version} ${update.snapshot}`] : [],
    ),
    ["whole 1 10:10:", "changes 2 11:11:", "changes 3 12:12:"],
  );
  channels.stop();
});

it("after a reset nobody knows who may see a channel, and no row of its batch comes, until it was loaded again", async () => {
  const { channels, loads, kinds, told, cut } = channelsRig(PLAN);
  channels.watch("1");
  await cut("10:10:");
  await loads[0]?.answer();
  const before = kinds("1").length;
  const reset = batchAt("11:11:", {
    resets: [{ source: "rooms", owner: "1", rows: 5, xid: 1n }],
    channels: { rows: [row("late")], who: [{ channel: "1", who: "ana", times: 1 }] },
  });
  await channels.apply(reset);
  assert.deepEqual(kinds("1").slice(before), ["audience"]);
  const [last] = told("1").slice(-1);
  assert.equal(last?.kind === "audience" && last.audience, undefined);
  assert.equal(channels.audienceOf("1"), undefined);
  await cut("12:12:");
  await loads[1]?.answer();
  assert.deepEqual(kinds("1").slice(before), ["audience", "audience", "whole"]);
  channels.stop();
});

it("a channel that is watched anew is called live again, as its topic may have been called stale before", async () => {
  const { channels, loads, kinds, cut } = channelsRig(PLAN);
  channels.watch("1");
  await cut("10:10:");
  await loads[0]?.answer();
  channels.unwatch("1");
  channels.watch("1");
  await cut("11:11:");
  await loads[1]?.answer();
  assert.deepEqual(kinds("1"), ["audience", "whole", "live", "audience", "whole", "live"]);
  channels.stop();
});

it("the end of a load wakes the reader for a page that waited for room, and for who asked where a channel stands", async () => {
  const { channels, loads, rig, told, pagesRead, cut } = channelsRig({ ...CHANNEL });
  channels.watch("1");
  await cut("10:10:");
  await loads[0]?.answer();
  // Two loads run: there is room for no more.
  for (const [at, key] of ["2", "3"].entries()) {
    channels.watch(key);
    await cut(`${11 + at}:${11 + at}:`);
  }
  channels.page("1", { set: 0, before: ["70"], limit: 3 }, () => undefined);
  assert.equal(channels.wantsCut(), false);
  rig.nudges = 0;
  await loads[1]?.answer();
  assert.deepEqual([rig.nudges, channels.wantsCut()], [1, true]);
  await cut("13:13:");
  assert.equal(pagesRead(), 1);

  channels.locate("3");
  await channels.apply(batchAt("14:14:"));
  rig.nudges = 0;
  await loads[2]?.answer();
  assert.equal(rig.nudges, 1);
  await channels.apply(batchAt("15:15:"));
  const last = told("3").at(-1);
  assert.equal(last?.kind === "position" && last.snapshot, "15:15:");
  channels.stop();
});

it("an operation that changes no row is told at the version that is, also where its channel was being loaded", async () => {
  const { channels, loads, told, clock } = channelsRig(PLAN);
  const gone = (seq: number) => ({
    channel: "1",
    client: "c",
    subject: "ana",
    seq,
    outcome: { outcome: "gone" } as const,
  });
  const batch = (snapshot: string, seq: number) =>
    batchAt(snapshot, { channels: { rows: [], who: [], ops: [gone(seq), { ...gone(seq), channel: "2" }] } });
  channels.watch("1");
  clock.advance(100);
  // The load sees the rows of the batch at whose cut it is, and none of its answers.
  await channels.applyCut(batch("10:10:", 1), { snapshotId: "s" });
  await channels.apply(batch("11:11:", 2));
  await loads[0]?.answer();
  await channels.apply(batch("12:12:", 3));
  await channels.apply(batchAt("13:13:", { channels: { rows: [row("a")], who: [], ops: [gone(4)] } }));
  const changes = told("1").filter((update) => update.kind === "changes");
  assert.deepEqual(
    changes.map(({ ops, version, previous }) => [ops.map(({ seq }) => seq), previous, version]),
    [
      [[1], 1, 1],
      [[2], 1, 1],
      [[3], 1, 1],
      [[4], 1, 2],
    ],
  );
  channels.stop();
});

it("where a channel stands is said of a reading that began after somebody asked", async () => {
  const { channels, loads, told, cut, rig } = channelsRig(PLAN);
  channels.watch("1");
  await cut("10:10:");
  await loads[0]?.answer();
  // A reading is under way: it may have begun before what was done since.
  channels.locate("1");
  await channels.apply(batchAt("11:11:"));
  const positions = () => told("1").filter((update) => update.kind === "position");
  assert.deepEqual(positions(), []);
  const nudges = rig.nudges;
  await channels.apply(batchAt("12:12:"));
  assert.ok(nudges >= 2, "another reading is asked for");
  assert.deepEqual(
    positions().map(({ snapshot }) => snapshot),
    ["12:12:"],
  );
  channels.stop();
});

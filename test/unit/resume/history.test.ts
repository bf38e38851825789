import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pino } from "pino";
import { parseSnapshot } from "../../../daemon/stream/snapshot.ts";
import { History } from "../../../daemon/resume/history.ts";
import type { HistoryRequest, OwnerReading } from "../../../daemon/resume/history-reader.ts";
import type { MissedRange } from "../../../daemon/stream/stream-position.ts";
import { idsOf } from "../../support/replayed.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const LIFE = "incarnation";
const MINUTE_US = 60_000_000;

/** A history whose owners' pasts have one event each, made by transaction 150. */
function bench() {
  const clock = new ManualClock();
  const reads: (readonly HistoryRequest[])[] = [];
  let occupantsAsked = 0;
  let life = LIFE;
  let failures = 0;
  let badOwner: string | undefined;
  const readingOf = (owner: string): OwnerReading => ({
    events: [{ xid: 150n, event: { id: `event of ${owner}`, name: "sold", data: {} } }],
    isWhole: true,
    doubts: [],
    moves: [],
    occupants: () => {
      occupantsAsked += 1;
      return [{ id: `guest of ${owner}`, name: "occupant_changed", data: {} }];
    },
  });
  const history = new History({
    reads: {
      long: NO_LONG_HISTORY,
      short: async (requests) => {
        if (failures > 0) {
          failures -= 1;
          throw new Error("the connection was lost");
        }
        reads.push(requests);
        if (requests.some(({ owner }) => owner === badOwner))
          throw Object.assign(new Error("division by zero"), { code: "22012" });
        const owners = new Map(requests.map(({ owner }) => [owner, readingOf(owner)]));
        return { incarnation: life, snapshot: parseSnapshot("300:300:"), floor: undefined, owners };
      },
    },
    retentionMs: 3_600_000,
    log: pino({ level: "silent" }),
    now: () => MINUTE_US,
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
  });
  const ids = async ([owner, range]: readonly [string, MissedRange]) => {
    const replay = await history.replay(owner, range);
    return replay && (await idsOf(replay));
  };
  /** Until what is due has been answered. */
  const advance = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await new Promise(setImmediate);
  };
  /** The next read finds the change rows of another life. */
  const crash = (): void => void (life = "another");
  /** So many reads fail. */
  const fail = (times: number): void => void (failures = times);
  /** PostgreSQL fails at a row of this owner. */
  const failAt = (owner: string): void => void (badOwner = owner);
  return { reads, ids, advance, crash, fail, failAt, occupantsAsked: () => occupantsAsked };
}

const never = async (): Promise<never> => Promise.reject(new Error("not to be read"));
const NO_LONG_HISTORY = { outline: never, page: never, occupants: undefined };

function gap(owner: string, seen: readonly string[] = [], since = "100:100:"): readonly [string, MissedRange] {
  const incarnation = LIFE;
  return [
    owner,
    {
      since: { incarnation, snapshot: since, asOf: 0, seen },
      upto: { incarnation, snapshot: "200:200:", asOf: MINUTE_US },
    },
  ];
}

describe("history", () => {
  it("clients that were cut off at one place are answered by one reckoning, each without what it has seen", async () => {
    const { ids, reads, advance, occupantsAsked } = bench();
    const together = [ids(gap("7")), ids(gap("7", ["event of 7"])), ids(gap("8"))];
    await advance(20);
    assert.deepEqual(await Promise.all(together), [
      ["event of 7", "guest of 7"],
      ["guest of 7"],
      ["event of 8", "guest of 8"],
    ]);
    assert.deepEqual(await ids(gap("7", ["guest of 7"])), ["event of 7"]);
    assert.equal(reads.length, 1);
    assert.equal(occupantsAsked(), 2);
    assert.deepEqual(await ids(gap("7", [], "151:151:")), ["guest of 7"]);
    assert.equal(occupantsAsked(), 3);
  });

  it("clients whose rows are less far than who came and went are read from there, and told no more of rows than others were", async () => {
    const { ids, reads, advance } = bench();
    const [owner, { since, upto }] = gap("7", [], "190:190:");
    const rows = (xid: number, events?: number) => ({
      snapshot: `${xid}:${xid}:`,
      ...(events === undefined ? {} : { part: { xid: 150n, events } }),
    });
    const behind = { ...since, rows: rows(120) };
    const asked = [
      ids([owner, { since: behind, upto: { ...upto, rows: rows(150, 0) } }]),
      ids([owner, { since: behind, upto: { ...upto, rows: rows(150, 1) } }]),
      ids([owner, { since: behind, upto: { ...upto, rows: rows(150) } }]),
      ids([owner, { since: { ...since, rows: rows(151) }, upto: { ...upto, rows: rows(150, 1) } }]),
    ];
    await advance(20);
    assert.deepEqual(await Promise.all(asked), [
      ["guest of 7"],
      ["event of 7", "guest of 7"],
      ["guest of 7"],
      ["guest of 7"],
    ]);
    assert.equal(reads[0]?.[0]?.firstXid, 120n);
  });

  it("a part of a transaction that an earlier read could not see is read anew", async () => {
    const { ids, reads, advance } = bench();
    const first = ids(gap("7"));
    await advance(20);
    await first;
    const [owner, { since, upto }] = gap("7");
    const part = { snapshot: "200:200:", part: { xid: 350n, events: 50 } };
    const second = ids([owner, { since, upto: { ...upto, rows: part } }]);
    await advance(20);
    await second;
    assert.equal(reads.length, 2);
  });

  it("an owner at whose rows PostgreSQL fails keeps no other's client from what it missed", async () => {
    const { ids, reads, advance, failAt } = bench();
    failAt("3");
    const answers = ["1", "2", "3", "4", "5"].map((owner) => ids(gap(owner)));
    await advance(20);
    const found = await Promise.all(answers);
    assert.deepEqual(
      found.map((events) => events?.length),
      [2, 2, undefined, 2, 2],
    );
    assert.ok(reads.length <= 6, `${reads.length} reads`);
  });

  it("while many come back, one read waits for more of them; afterwards nobody waits long", async () => {
    const { ids, reads, advance } = bench();
    for (let ms = 0; ms < 5_000; ms += 10) {
      for (let client = 0; client < 10; client += 1) void ids(gap(`${ms}-${client}`));
      await advance(10);
    }
    assert.ok(reads.length <= 8, `${reads.length} reads for 5,000 owners in 5 s`);
    await advance(5_000);
    await advance(15_000);
    const before = reads.length;
    const alone = ids(gap("7"));
    await advance(20);
    assert.equal(reads.length, before + 1);
    assert.equal((await alone)?.length, 2);
  });

  it("a place of another life of the change rows is compared with nothing, and what was read of another answers nobody", async () => {
    const { ids, reads, advance, crash } = bench();
    const [owner, { since, upto }] = gap("7");
    const elsewhere = { ...upto, incarnation: "another" };
    assert.equal(await ids([owner, { since, upto: elsewhere }]), undefined);
    assert.equal(reads.length, 0);
    crash();
    const answer = ids([owner, { since, upto }]);
    await advance(20);
    assert.deepEqual([await answer, reads.length], [undefined, 1]);
  });

  it("a read that fails is tried again, a few times, before anybody is told no", async () => {
    const { ids, reads, advance, fail } = bench();
    const untilAnswered = async (answer: Promise<unknown>): Promise<number> => {
      let isOpen = true;
      void answer.finally(() => (isOpen = false));
      let ms = 0;
      for (; isOpen; ms += 20) await advance(20);
      return ms;
    };
    fail(4);
    const patient = ids(gap("7"));
    await untilAnswered(patient);
    assert.deepEqual([await patient, reads.length], [["event of 7", "guest of 7"], 1]);
    fail(5);
    const refused = ids(gap("8"));
    const ms = await untilAnswered(refused);
    assert.equal(await refused, undefined);
    assert.ok(ms <= 2_000, `${ms} ms`);
  });
});

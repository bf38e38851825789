import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { LongHistory, PageRequest } from "../../../daemon/resume/long-history-reader.ts";
import { LongReplay } from "../../../daemon/resume/long-replay.ts";
import type { OwnerReplay } from "../../../daemon/resume/owner-replay.ts";
import { ReplaySlots } from "../../../daemon/resume/replay-slots.ts";
import { parseSnapshot, type Snapshot, sees } from "../../../daemon/stream/snapshot.ts";
import { type MissedRange, rowsOf, type StreamPosition } from "../../../daemon/stream/stream-position.ts";
import { cases } from "../../support/cases.ts";
import { idsOf, replayed } from "../../support/replayed.ts";

const LIFE = "incarnation";

/** A transaction of the owner: what it did to so many rows, and its place in the order of commit by the place in the list. */
interface Transaction {
  readonly xid: bigint;
  readonly events: number;
}

const idOf = (xid: bigint, nth: number): string => `${xid}/${nth}`;
const at = (snapshot: string): StreamPosition => ({ incarnation: LIFE, snapshot, asOf: 0 });
const range = (since: StreamPosition, upto = "9999:9999:"): MissedRange => ({ since, upto: at(upto) });

/** What change tables would hold of an owner whose transactions committed in that order, and what was read of it. */
function bench(transactions: readonly Transaction[], guests: readonly string[] = []) {
  const pages: PageRequest[] = [];
  const world = {
    outlines: 0,
    failing: 0,
    incarnation: LIFE,
    floor: undefined as Snapshot | undefined,
    doubts: [] as bigint[],
    moves: [] as bigint[],
  };
  const head = () => ({ incarnation: world.incarnation, floor: world.floor, moves: world.moves });
  const event = (id: string) => ({ id, name: "sold", data: {} });
  const history: LongHistory = {
    outline: async (_, { since, upto }) => {
      world.outlines += 1;
      const [seen, { snapshot, part }] = [parseSnapshot(rowsOf(since).snapshot), rowsOf(upto)];
      const end = parseSnapshot(snapshot);
      const isTold = (xid: bigint): boolean => sees(end, xid) || xid === part?.xid;
      const missed = transactions.filter(({ xid }) => !sees(seen, xid) && isTold(xid));
      const order = BigUint64Array.from(missed.map(({ xid }) => xid));
      return { ...head(), doubts: world.doubts, order, images: Uint32Array.from(missed.map(({ events }) => events)) };
    },
    page: async (_, request) => {
      pages.push(request);
      const all = request.xids.flatMap((xid) => {
        const events = transactions.find((one) => one.xid === xid)?.events ?? 0;
        return Array.from({ length: events }, (_value, index) => ({
          xid,
          nth: index + 1,
          event: event(idOf(xid, index + 1)),
        }));
      });
      const { part, limit } = request;
      const left = all.filter(({ xid, nth }) => xid !== part?.xid || nth > part.events);
      return { ...head(), events: left.slice(0, limit), isFull: left.length >= limit };
    },
    occupants:
      guests.length === 0
        ? undefined
        : async (_, { since, upto }) => ({
            ...head(),
            events: since.snapshot === upto.snapshot ? [] : guests.map(event),
          }),
  };
  const slots = new ReplaySlots(1);
  const insist = async <T>(read: () => Promise<T>): Promise<T | undefined> => {
    if (world.failing === 0) return read();
    world.failing -= 1;
    return undefined;
  };
  const open = (missed: MissedRange): LongReplay => new LongReplay("7", missed, { history, slots, insist });
  return { world, pages, open };
}

const all = (transactions: readonly Transaction[]): string[] =>
  transactions.flatMap(({ xid, events }) => Array.from({ length: events }, (_, index) => idOf(xid, index + 1)));

/** The next so many parts of a replay. */
async function take(replay: OwnerReplay, parts: number): Promise<string[]> {
  const ids: string[] = [];
  for (let part = 0; part < parts; part += 1)
    ids.push(...((await replay.next())?.events ?? []).map(({ event }) => event.id));
  return ids;
}

const START = at("100:100:");

describe("a long replay", () => {
  it("tells every event once, in order of commit, in pages of several transactions", async () => {
    const transactions = Array.from({ length: 1_000 }, (_, index) => ({
      xid: 100n + BigInt(index),
      events: index % 4,
    }));
    const { pages, open } = bench(transactions);
    assert.deepEqual(await idsOf(open(range(START))), all(transactions));
    assert.ok(pages.length < 10, `${pages.length} pages`);
    assert.ok(pages.every(({ xids }) => xids.length > 1));
  });

  it("of a transaction with more than a page, page after page, before the one that committed after it", async () => {
    const transactions = [
      { xid: 105n, events: 3 },
      { xid: 101n, events: 1_234 },
      { xid: 103n, events: 2 },
    ];
    const { pages, open } = bench(transactions);
    assert.deepEqual(await idsOf(open(range(START))), all(transactions));
    assert.ok(pages.every(({ limit }) => limit <= 500));
  });

  it("goes on from the position of any event with exactly what followed it, whatever the order and the sizes", async () => {
    const transaction = fc.record({
      xid: fc.integer({ min: 90, max: 160 }).map(BigInt),
      events: fc.integer({ min: 0, max: 450 }),
    });
    const list = fc.uniqueArray(transaction, { selector: ({ xid }) => xid, minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(list, fc.nat(), fc.integer({ min: 100, max: 165 }), async (transactions, cut, xmax) => {
        const { open } = bench(transactions, ["guest a", "guest b"]);
        // Some had committed before the client left, though by greater ids than others; some have not committed when it is back.
        const since = at("100:130:104,110,120");
        const upto = `104:${Math.max(xmax, 130)}:104`;
        const missed = { since, upto: at(upto) };
        const whole = await replayed(open(missed));
        const ids = whole?.map(({ event }) => event.id) ?? [];
        const position = whole?.[cut % whole.length]?.position ?? since;
        assert.deepEqual(await idsOf(open({ since: position, upto: at(upto) })), ids.slice((cut % ids.length) + 1));
        const owed = transactions.filter(
          ({ xid }) => !sees(parseSnapshot(since.snapshot), xid) && sees(parseSnapshot(upto), xid),
        );
        assert.deepEqual(ids, [...all(owed), "guest a", "guest b"]);
      }),
      cases(100),
    );
  });

  it("up to the middle of a transaction, of which others are told the rest, ends there, from any event's position too", async () => {
    const size = fc.integer({ min: 1, max: 450 });
    await fc.assert(
      fc.asyncProperty(size, size, size, fc.nat(), fc.boolean(), async (before, whole, had, cut, isLate) => {
        const xid = isLate ? 102n : 108n;
        // One that others were not told of yet commits by a smaller id, another by a greater.
        const transactions = [
          { xid: 105n, events: before },
          { xid, events: whole },
          { xid: 103n, events: 3 },
          { xid: 110n, events: 3 },
        ];
        const part = { xid, events: Math.min(had, whole) };
        const upto = { ...at("111:111:"), rows: { snapshot: "102:106:102,103", part } };
        const { open } = bench(transactions, ["guest a"]);
        const told = (await replayed(open({ since: START, upto }))) ?? [];
        const ids = told.map(({ event }) => event.id);
        const owed = [
          { xid: 105n, events: before },
          { xid, events: part.events },
        ];
        assert.deepEqual(ids, [...all(owed), "guest a"]);
        const place = cut % told.length;
        const rest = await replayed(open({ since: told[place]?.position ?? START, upto }));
        assert.deepEqual(
          rest?.map(({ event }) => event.id),
          ids.slice(place + 1),
        );
        assert.deepEqual(told.at(-1)?.position, upto);
        assert.deepEqual(told.at(-2)?.position.rows, upto.rows);
      }),
      cases(100),
    );
  });

  it("up to the middle of a transaction that does not commit last is not thought to have all of it", async () => {
    const transactions = [
      { xid: 102n, events: 300 },
      { xid: 101n, events: 2 },
    ];
    const upto = { ...at("103:103:"), rows: { snapshot: "102:102:", part: { xid: 102n, events: 5 } } };
    const told = await replayed(bench(transactions).open({ since: START, upto }));
    assert.deepEqual(
      told?.map(({ event }) => event.id),
      all([
        { xid: 102n, events: 5 },
        { xid: 101n, events: 2 },
      ]),
    );
    assert.deepEqual(told?.at(-1)?.position.rows, { snapshot: "102:102:" });
  });

  it("up to the middle of a bulk statement's transaction ends with nobody being able to say what follows", async () => {
    const { world, open } = bench([{ xid: 102n, events: 3 }]);
    world.doubts = [102n];
    const upto = { ...at("103:103:"), rows: { snapshot: "102:102:", part: { xid: 102n, events: 1 } } };
    assert.equal(await replayed(open({ since: START, upto })), undefined);
  });

  it("goes on from the position of the events around the end of a page as from any other", async () => {
    const transactions = Array.from({ length: 500 }, (_, index) => ({ xid: 100n + BigInt(index), events: 1 }));
    const { open } = bench(transactions);
    const whole = await replayed(open(range(START)));
    for (const place of [198, 199, 200, 398, 399, 400, 401]) {
      const rest = await idsOf(open(range(whole?.[place]?.position ?? START)));
      assert.deepEqual(rest, all(transactions).slice(place + 1));
    }
  });

  it("from a position in its middle also tells what was in progress where it was to end, and has committed since", async () => {
    const early = [
      { xid: 101n, events: 1 },
      { xid: 104n, events: 1 },
      { xid: 105n, events: 1 },
    ];
    const first = await replayed(bench(early).open(range(START, "102:106:102")));
    const position = first?.[1]?.position ?? START;
    const later = [...early, { xid: 102n, events: 1 }];
    assert.deepEqual(await idsOf(bench(later).open(range(position, "106:106:"))), ["105/1", "102/1"]);
  });

  it("leaves out what the client had by its id, and says so no longer once it is past", async () => {
    const transactions = [
      { xid: 101n, events: 2 },
      { xid: 102n, events: 1 },
    ];
    const { open } = bench(transactions, ["guest a"]);
    const since = { ...START, seen: ["101/1", "guest a"] };
    const told = await replayed(open(range(since)));
    assert.deepEqual(
      told?.map(({ event }) => event.id),
      ["101/2", "102/1"],
    );
    assert.deepEqual(told?.[0]?.position.seen, ["guest a"]);
  });

  it("ends with nobody being able to say what follows: changes were removed, the database began anew, a bulk statement", async () => {
    const transactions = Array.from({ length: 1_000 }, (_, index) => ({ xid: 100n + BigInt(index), events: 1 }));
    const broken: ((world: ReturnType<typeof bench>["world"]) => void)[] = [
      (world) => (world.floor = parseSnapshot("700:700:")),
      (world) => (world.incarnation = "another"),
    ];
    for (const breakIt of broken) {
      const { world, open } = bench(transactions);
      const replay = open(range(START));
      assert.equal((await take(replay, 1)).length, 200);
      breakIt(world);
      assert.equal(await replayed(replay), undefined);
    }
    const { world, open } = bench(transactions);
    world.doubts = [500n];
    assert.equal(await replayed(open(range(START))), undefined);
    assert.equal(
      (await idsOf(open(range(at("501:501:")))))?.length,
      599,
      "what was before the client left is no doubt",
    );
  });

  it("who came and went is told from the client's beginning, or not at all where changes since then were removed", async () => {
    const transactions = Array.from({ length: 150 }, (_, index) => ({ xid: 100n + BigInt(index), events: 1 }));
    const { world, open } = bench(transactions, ["guest a"]);
    const whole = open(range(START));
    assert.equal((await take(whole, 1)).length, 150);
    assert.deepEqual(await idsOf(whole), ["guest a"]);
    const late = open(range(START));
    await take(late, 1);
    world.floor = parseSnapshot("150:150:");
    assert.equal(await late.next(), undefined);
  });

  it("goes on where it was after a read that could not be made", async () => {
    const transactions = Array.from({ length: 500 }, (_, index) => ({ xid: 100n + BigInt(index), events: 1 }));
    const { world, open } = bench(transactions);
    const replay = open(range(START));
    const first = await take(replay, 1);
    world.failing = 1;
    assert.equal(await replay.next(), undefined);
    assert.deepEqual([...first, ...((await idsOf(replay)) ?? [])], all(transactions));
  });

  it("has its outline in memory only while it is read: one that is paused gives way, and goes on later", async () => {
    const transactions = Array.from({ length: 500 }, (_, index) => ({ xid: 100n + BigInt(index), events: 1 }));
    const { world, open } = bench(transactions);
    const [one, other] = [open(range(START)), open(range(START))];
    const first = await take(one, 1);
    const waiting = idsOf(other);
    await new Promise(setImmediate);
    assert.equal(world.outlines, 1, "the other waits");
    one.pause();
    assert.deepEqual(await waiting, all(transactions));
    assert.deepEqual([...first, ...((await idsOf(one)) ?? [])], all(transactions));
    assert.equal(world.outlines, 3);
  });

  it("that is stopped leaves its place to the next, and one that waited takes none", async () => {
    const transactions = Array.from({ length: 500 }, (_, index) => ({ xid: 100n + BigInt(index), events: 1 }));
    const { world, open } = bench(transactions);
    const [one, never, other] = [open(range(START)), open(range(START)), open(range(START))];
    await one.next();
    void never.next();
    const waiting = idsOf(other);
    never.stop();
    one.stop();
    assert.deepEqual(await waiting, all(transactions));
    assert.equal(world.outlines, 2);
  });
});

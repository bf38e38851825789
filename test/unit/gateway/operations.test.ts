import assert from "node:assert/strict";
import { it } from "node:test";
import { Identity } from "../../../daemon/gateway/auth/identity.ts";
import { Operations, type OperationsOptions } from "../../../daemon/gateway/operations.ts";
import type { PlacedBatch } from "../../../daemon/writes/operator.ts";
import type { Answer, Operation, Outcome } from "../../../protocol/operation.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { CHANNEL } from "../../support/posts-channel.ts";

const CLIENT = "00000000-0000-4000-8000-000000000001";
const OTHER = "00000000-0000-4000-8000-000000000002";

function identity(subject: string | undefined, isAdmin = false): Identity {
  const token = { subject, id: undefined, issuedAtSeconds: undefined };
  return new Identity({ token, bearer: subject ?? "x", isAdmin, expiresAtMs: 1 }, new Set(["owner:1"]), true);
}

function sets(count: number, topic = "room:1"): Operation[] {
  return Array.from({ length: count }, (_, at) => ({
    op: "set" as const,
    seq: at + 1,
    topic,
    rows: "posts",
    key: "7",
    register: "title",
    value: {},
  }));
}

interface Asked {
  readonly writer: object;
  readonly batch: PlacedBatch;
  readonly answer: (outcome?: Outcome) => void;
  readonly fail: () => void;
}

function rig(options: Partial<OperationsOptions> = {}) {
  const clock = new ManualClock();
  const asked: Asked[] = [];
  const counted: string[] = [];
  const told: string[] = [];
  const operations = new Operations({
    writes: {
      plans: new Map([["room", CHANNEL]]),
      operate: (writer, batch) =>
        new Promise((resolve, reject) => {
          const answers = (outcome: Outcome): Answer[] =>
            batch.operations.map(({ operation: { seq } }) => ({ client: batch.client, seq, ...outcome }));
          asked.push({
            writer,
            batch,
            answer: (outcome = { outcome: "applied" }) => resolve(answers(outcome)),
            fail: () => reject(new Error("away")),
          });
        }),
    },
    topicOf: async (name) => name.replace("01", "1"),
    counters: { count: (name) => void counted.push(name) },
    now: clock.now,
    told: (outcome) => void told.push(outcome),
    operationsPerSecond: 10,
    maxPendingOperations: 100,
    ...options,
  });
  return { operations, clock, asked, counted, told };
}

/** Every promise that could go on has. */
const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

it("An operation is placed by its channel's canonical name; the database says whether its user may", async () => {
  const seen: (readonly [string, string])[] = [];
  const topicOf = async (name: string, bearer: string): Promise<string | undefined> => {
    seen.push([bearer, name]);
    return name === "room:01" ? "room:1" : undefined;
  };
  const { operations, asked, told } = rig({ topicOf });
  const batch = [...sets(1, "room:01"), ...sets(1, "room:2"), ...sets(1, "ROOM")];
  const done = operations.do(identity("ana", true), { client: CLIENT, operations: batch, atomic: true });
  await settle();
  assert.deepEqual(seen, [
    ["ana", "room:01"],
    ["ana", "room:2"],
    ["ana", "ROOM"],
  ]);
  assert.deepEqual(asked[0]?.writer, { subject: "ana", topics: ["owner:1"], claims: undefined });
  assert.equal(asked[0]?.batch.isAtomic, true);
  assert.deepEqual(
    asked[0]?.batch.operations.map(({ at }) => at?.key),
    ["1", undefined, undefined],
  );
  asked[0]?.answer();
  const result = await done;
  assert.deepEqual("answers" in result && result.answers.map(({ topic }) => topic), ["room:1", undefined, undefined]);
  assert.deepEqual(told, ["applied", "applied", "applied"]);
});

it("A frame tells what the ledger has, and of what is forbidden it does not know where", async () => {
  const { operations, asked } = rig();
  const topicOf = async (outcome: Outcome): Promise<string | undefined> => {
    const done = operations.do(identity("ana"), { client: CLIENT, operations: sets(1) });
    await settle();
    asked.at(-1)?.answer(outcome);
    const result = await done;
    return "answers" in result ? result.answers[0]?.topic : "refused";
  };
  const forbidden = { outcome: "forbidden" } as const;
  for (const outcome of [
    { outcome: "applied" },
    { outcome: "conflict", current: {} },
    { outcome: "invalid", reason: "" },
    { outcome: "gone" },
    { outcome: "aborted", failed: 1 },
    { outcome: "duplicate", first: { outcome: "gone" } },
  ] satisfies Outcome[])
    assert.equal(await topicOf(outcome), "room:1", outcome.outcome);
  for (const outcome of [
    { outcome: "retry", reason: "" },
    { outcome: "gap", expected: 1 },
    { outcome: "id_reused" },
    { outcome: "pruned" },
    forbidden,
    { outcome: "duplicate", first: forbidden },
  ] satisfies Outcome[])
    assert.equal(await topicOf(outcome), undefined, outcome.outcome);
});

it("Who has no name writes nothing, nor anybody where nothing is declared to be written", async () => {
  const batch = { client: CLIENT, operations: sets(1) };
  assert.deepEqual(await rig().operations.do(identity(undefined), batch), { refusal: "forbidden" });
  const nothing = rig({ writes: undefined });
  assert.deepEqual(await nothing.operations.do(identity("ana"), batch), { refusal: "forbidden" });
});

it("A user may do so many operations a second, at once twice as many and a whole batch, whatever others do", async () => {
  const { operations, asked, clock, counted } = rig();
  const ask = async (who: string, count: number): Promise<string | undefined> => {
    const done = operations.do(identity(who), { client: CLIENT, operations: sets(count) });
    await settle();
    asked.at(-1)?.answer();
    const result = await done;
    return "refusal" in result ? result.refusal : undefined;
  };
  assert.equal(await ask("ana", 64), undefined);
  assert.equal(await ask("ana", 21), "too_many_operations");
  assert.equal(await ask("ana", 20), undefined, "what was refused was not taken");
  assert.equal(await ask("bea", 64), undefined);
  assert.equal(await ask("ana", 1), "too_many_operations");
  clock.advance(100);
  assert.equal(await ask("ana", 1), undefined);
  assert.deepEqual(counted, ["operations", "operations"]);
});

it("A user may have so many that wait, on whatever connections, and each that ends makes room", async () => {
  const { operations, asked } = rig({ operationsPerSecond: 1_000 });
  const ask = (client: string) => operations.do(identity("ana"), { client, operations: sets(50) });
  const first = ask(CLIENT);
  const second = ask(OTHER);
  await settle();
  assert.deepEqual(await ask(OTHER), { refusal: "too_many_operations" });
  asked[0]?.fail();
  assert.deepEqual(await first, { refusal: "unavailable" });
  const third = ask(CLIENT);
  await settle();
  for (const one of asked) one.answer();
  for (const done of [await second, await third]) assert.ok("answers" in done);
});

it("The batches of a client are done in the order in which they came, those of others meanwhile", async () => {
  const { operations, asked } = rig({ operationsPerSecond: 1_000 });
  const ask = (client: string) => operations.do(identity("ana"), { client, operations: sets(1) });
  const all = [ask(CLIENT), ask(CLIENT), ask(OTHER)];
  await settle();
  assert.deepEqual(
    asked.map(({ batch }) => batch.client),
    [CLIENT, OTHER],
  );
  asked[0]?.fail();
  await settle();
  assert.equal(asked.length, 3, "one that failed does not hold the next");
  for (const one of asked) one.answer();
  await Promise.all(all);
});

it("Where it can't be asked what a topic is, nothing is tried: all of it may be sent again", async () => {
  const { operations, asked } = rig({
    topicOf: async (name) => {
      if (name === "room:2") throw new Error("away");
      return name;
    },
  });
  const batch = [...sets(1), ...sets(1, "room:2")];
  assert.deepEqual(await operations.do(identity("ana"), { client: CLIENT, operations: batch }), {
    refusal: "unavailable",
  });
  assert.equal(asked.length, 0);
});

import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { Bus } from "../../../daemon/bus/bus.ts";
import { BETWEEN_SIGNS_MS, BusPeers, SIGN_MS, SILENT_MS } from "../../../daemon/bus/peers.ts";
import { type Answers, Questions } from "../../../daemon/bus/questions.ts";
import { LossyBus } from "../../support/lossy-bus.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

describe("a question to all other daemons", () => {
  let clock: ManualClock;
  let exchange: LossyBus;
  beforeEach(() => {
    clock = new ManualClock();
    exchange = new LossyBus();
  });

  interface Daemon {
    readonly bus: Bus;
    readonly peers: BusPeers;
    readonly questions: Questions;
  }

  const begin = (node: string, bus: Bus = exchange.open(clock)): Daemon => {
    const { setTimeout, clearTimeout, now: monotonicMs } = clock;
    const peers = new BusPeers({ bus, node, log, monotonicMs, setTimeout, clearTimeout });
    const questions = new Questions({ peers, setTimeout, clearTimeout });
    questions.answer("name", (body) => (body === "odd" ? undefined : [node, body]));
    peers.start();
    peers.begin("5e".repeat(32));
    // They know each other.
    clock.advance(2 * BETWEEN_SIGNS_MS + 1);
    return { bus, peers, questions };
  };
  const asked = async (answers: Promise<Answers>, ms: number): Promise<object> => {
    clock.advance(ms);
    const { answers: byNode, ...rest } = await answers;
    return { ...rest, answers: Object.fromEntries(byNode) };
  };

  it("is answered by each, and at once where there is nobody else", async () => {
    const a = begin("a");
    const nobody = await asked(a.questions.ask("name", 1), 0);
    assert.deepEqual(nobody, { answers: {}, missing: [], isPartial: false });
    const [b] = [begin("b"), begin("c")];
    const questions = [a.questions.ask("name", 1), b.questions.ask("name", 2)] as const;
    const toA = await asked(questions[0], 1);
    assert.deepEqual(toA, { answers: { b: ["b", 1], c: ["c", 1] }, missing: [], isPartial: false });
    const toB = await asked(questions[1], 0);
    assert.deepEqual(toB, { answers: { a: ["a", 2], c: ["c", 2] }, missing: [], isPartial: false });
  });

  it("names those that have not answered within two seconds, or can't make sense of it", async () => {
    const [a] = [begin("a"), begin("b")];
    assert.deepEqual(await asked(a.questions.ask("name", "odd"), 2_000), {
      answers: {},
      missing: ["b"],
      isPartial: false,
    });
    assert.deepEqual(await asked(a.questions.ask("age", 1), 2_000), { answers: {}, missing: ["b"], isPartial: false });
    exchange.fate = () => [];
    clock.advance(12_000);
    assert.deepEqual(await asked(a.questions.ask("name", 1), 2_000), { answers: {}, missing: ["b"], isPartial: true });
  });

  it("names those that are silent, for an hour, as they may be there, and not those that said goodbye", async () => {
    const [a, b, c] = [begin("a"), begin("b"), begin("c")];
    b.bus.publish = () => undefined;
    c.peers.leave();
    clock.advance(SILENT_MS + SIGN_MS);
    assert.deepEqual(a.peers.present, []);
    const missing = await asked(a.questions.ask("name", 1), 0);
    assert.deepEqual(missing, { answers: {}, missing: ["b"], isPartial: false });
    // That others could not be heard meanwhile is no sign of it.
    exchange.fate = () => [];
    clock.advance(30 * 60_000);
    exchange.fate = () => [0];
    clock.advance(30 * 60_000);
    const nobody = await asked(a.questions.ask("name", 1), 0);
    assert.deepEqual(nobody, { answers: {}, missing: [], isPartial: false });
  });

  it("names one that is heard and does not hear, as it may be there", async () => {
    const [a, b] = [begin("a"), begin("b")];
    begin("c", { ...exchange.open(clock), onMessage: () => undefined });
    assert.deepEqual(await asked(a.questions.ask("name", 1), 1), {
      answers: { b: ["b", 1] },
      missing: ["c"],
      isPartial: false,
    });
    assert.deepEqual(b.peers.present, ["a"]);
  });

  it("waits for nobody any more once it is stopped, and leaves no timer", async () => {
    const [a, b] = [begin("a"), begin("b")];
    const answers = a.questions.ask("age", 1);
    a.questions.stop();
    assert.deepEqual(await asked(answers, 0), { answers: {}, missing: ["b"], isPartial: false });
    await Promise.all([a.peers.stop(), b.peers.stop()]);
    clock.advance(1);
    assert.equal(clock.pending, 0);
  });
});

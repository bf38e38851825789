/**
 * Daemons on a bus that loses, repeats, reorders and delays, while they are held up, killed and started again, learn a new secret or say
 * goodbye, and somebody repeats and alters what was said. Each owns a number, tells of it when it changes, and asks again when told that it
 * missed something: once the weather is fair, each has of the others what they own, and of nobody else.
 */
import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { BusPeers } from "../../../daemon/bus/peers.ts";
import { chances } from "../../support/chances.ts";
import { HeldTimers } from "../../support/held-timers.ts";
import { FAIR, LossyBus, type Weather } from "../../support/lossy-bus.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const DAEMONS = 3;
/** From fair weather on: all are heard, and those that are no more are silent. */
const CALM_MS = 40_000;
const ANSWER_MS = 1_000;

type Step =
  | { readonly kind: "change" | "hold" | "release" | "kill" | "leave" | "learn"; readonly slot: number }
  | { readonly kind: "pass"; readonly ms: number }
  | ({ readonly kind: "weather" } & Weather)
  | { readonly kind: "repeat" | "alter"; readonly at: number }
  | { readonly kind: "renew" };

const slot = fc.nat(DAEMONS - 1);
const kinds = (...names: readonly ("change" | "hold" | "release" | "kill" | "leave" | "learn")[]) =>
  fc.record({ kind: fc.constantFrom(...names), slot }, { noNullPrototype: true });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: kinds("change") },
  { weight: 3, arbitrary: kinds("hold", "release", "kill", "leave", "learn") },
  {
    weight: 6,
    arbitrary: fc.record(
      { kind: fc.constant("pass" as const), ms: fc.constantFrom(1, 20, 500, 3_000, 20_000) },
      { noNullPrototype: true },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record(
      {
        kind: fc.constant("weather" as const),
        lost: fc.constantFrom(0, 0.3, 1),
        twice: fc.constantFrom(0, 0.5),
        lateMs: fc.constantFrom(0, 100, 10_000),
      },
      { noNullPrototype: true },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record(
      { kind: fc.constantFrom("repeat" as const, "alter" as const), at: fc.nat() },
      { noNullPrototype: true },
    ),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "renew" as const }) },
);

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A daemon that owns a number, and has those of others. */
class Owner {
  readonly timers: HeldTimers;
  readonly peers: BusPeers;
  readonly had = new Map<string, number>();
  /** The last number of what each has said, and of whom something may be missing. */
  readonly #nth = new Map<string, number>();
  readonly #missing = new Set<string>();
  readonly #asks = new Set<string>();
  #isAsked = false;
  #said = 0;
  owned = 0;

  constructor(node: string, exchange: LossyBus, clock: ManualClock) {
    this.timers = new HeldTimers(clock);
    const { setTimeout, clearTimeout } = this.timers;
    const bus = exchange.open(this.timers);
    this.peers = new BusPeers({ bus, node, log, monotonicMs: clock.now, setTimeout, clearTimeout });
    this.peers.listen("owned", {
      heard: (from, body) => this.#hear(from, body as readonly [nth: number, owned: number]),
      missed: (from) => {
        this.#missing.add(from);
        this.#asks.add(from);
        // What was lost may have been a question.
        this.#isAsked = true;
      },
      gone: (from) => void this.had.delete(from),
    });
    this.peers.listen("ask", {
      heard: (from, body) => {
        const [nth, of] = body as readonly [nth: number, of: string];
        this.#follow(from, nth);
        this.#isAsked ||= of === this.peers.node;
      },
      gone: () => undefined,
    });
    this.peers.start();
    this.#answer();
  }

  /** Together and now and then: where much is lost, an answer to each loss would be lost and missed in turn. */
  #answer(): void {
    for (const of of this.#asks) this.#say("ask", of);
    this.#asks.clear();
    if (this.#isAsked) this.#say("owned", this.owned);
    this.#isAsked = false;
    this.timers.setTimeout(() => this.#answer(), ANSWER_MS);
  }

  change(): void {
    this.owned += 1;
    this.#say("owned", this.owned);
  }

  #say(kind: string, what: unknown): void {
    this.peers.say(kind, [(this.#said += 1), what]);
  }

  #hear(from: string, [nth, owned]: readonly [number, number]): void {
    this.#follow(from, nth);
    this.had.set(from, owned);
  }

  #follow(from: string, nth: number): void {
    const last = this.#nth.get(from) ?? 0;
    assert.ok(nth > last, `${from} said ${nth} after ${last}`);
    const isMissing = this.#missing.delete(from);
    assert.ok(nth === last + 1 || isMissing, `nobody said that ${last + 1} to ${nth - 1} are missing`);
    this.#nth.set(from, nth);
  }
}

class World {
  readonly #clock = new ManualClock();
  readonly #exchange = new LossyBus();
  readonly #owners: Owner[] = [];
  #random: () => number;
  #lives = 0;
  #secret = "00".repeat(32);

  constructor(random: () => number) {
    this.#random = random;
    this.#exchange.weather(random, FAIR);
    for (let at = 0; at < DAEMONS; at += 1) this.#begin(at);
  }

  do(step: Step): void {
    switch (step.kind) {
      case "pass":
        return this.#clock.advance(step.ms);
      case "weather":
        return this.#exchange.weather(this.#random, step);
      case "renew":
        this.#secret = String(Math.floor(this.#random() * 1e9)).padStart(64, "0");
        return;
      case "repeat":
      case "alter":
        return this.#speak(step.kind, step.at);
      default:
        return this.#doTo(step.kind, step.slot);
    }
  }

  judge(): void {
    this.#exchange.weather(this.#random, FAIR);
    for (const owner of this.#owners) {
      owner.timers.release();
      owner.peers.begin(this.#secret);
    }
    this.#clock.advance(CALM_MS);
    for (const owner of this.#owners) {
      const others = this.#owners.filter((other) => other !== owner);
      assert.deepEqual(owner.had, new Map(others.map(({ peers, owned }) => [peers.node, owned])));
      assert.deepEqual(owner.peers.present.toSorted(), others.map(({ peers }) => peers.node).toSorted());
      assert.equal(owner.peers.isPartial, false);
    }
  }

  #doTo(kind: "change" | "hold" | "release" | "kill" | "leave" | "learn", at: number): void {
    const owner = this.#owners[at];
    if (owner === undefined) return;
    switch (kind) {
      case "change":
        if (!owner.timers.isHeld) owner.change();
        return;
      case "hold":
        owner.timers.isHeld = true;
        return;
      case "release":
        return owner.timers.release();
      case "learn":
        return owner.peers.begin(this.#secret);
      case "kill":
        // It stays held up for ever: nothing of it is said any more.
        owner.timers.isHeld = true;
        return this.#begin(at);
      case "leave":
        void owner.peers.stop();
        return this.#begin(at);
    }
  }

  #begin(at: number): void {
    const owner = new Owner(`n${(this.#lives += 1)}`, this.#exchange, this.#clock);
    owner.peers.begin(this.#secret);
    owner.change();
    this.#owners[at] = owner;
  }

  #speak(kind: "repeat" | "alter", at: number): void {
    const message = this.#exchange.published[at % this.#exchange.published.length];
    if (message === undefined) return;
    const bytes = Buffer.from(message);
    if (kind === "alter") bytes.writeUInt8(bytes.readUInt8(at % bytes.length) ^ 1, at % bytes.length);
    this.#exchange.spread(bytes);
  }
}

it("Whatever is lost, repeated, reordered, held up or forged, each daemon soon has what the others own, and nothing of those that are no more", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.string(), (steps, seed) => {
      const world = new World(chances(seed));
      for (const one of steps) world.do(one);
      world.judge();
    }),
    { numRuns: 100 },
  );
});

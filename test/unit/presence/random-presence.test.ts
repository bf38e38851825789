/**
 * Daemons with clients on a bus that loses, repeats, reorders and delays, while daemons are held up, killed, told to stop and started again, and
 * clients come, go, move, and say things of their users.
 */
import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { chances } from "../../support/chances.ts";
import { FAIR, LossyBus, type Weather } from "../../support/lossy-bus.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { type PresenceClient, PresenceDaemon } from "../../support/presence-rig.ts";

const DAEMONS = 3;
/** A digest, with the time in which it is asked about and answered. */
const DIGEST_PERIOD_MS = 6_000;
/** In which a daemon's end is a leave. */
const END_MS = 30_000;
const TYPING_MS = 6_000;
const LATEST_MS = 8_000;
/** In which what happens is told to clients: by the bus, and by the channel. */
const TOLD_MS = 200;

type Kind = "join" | "leave" | "remove" | "present" | "away" | "type" | "stop" | "block" | "drain";
type Step =
  | { readonly kind: Kind; readonly slot: number; readonly user: number; readonly topic: number }
  | { readonly kind: "hold" | "release" | "kill" | "deploy"; readonly slot: number }
  | { readonly kind: "pass"; readonly ms: number }
  | ({ readonly kind: "weather" } & Weather);

const slot = fc.nat(DAEMONS - 1);
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(model, { noNullPrototype: true });
const client = (weight: number, ...kinds: Kind[]) => ({
  weight,
  arbitrary: record({ kind: fc.constantFrom(...kinds), slot, user: fc.nat(5), topic: fc.nat(1) }),
});
const pass = {
  weight: 6,
  arbitrary: record({ kind: fc.constant("pass" as const), ms: fc.constantFrom(1, 40, 500, 3_000, 10_400, 11_000) }),
};
const weather = {
  weight: 2,
  arbitrary: record({
    kind: fc.constant("weather" as const),
    lost: fc.constantFrom(0, 0.3, 1),
    twice: fc.constantFrom(0, 0.5),
    lateMs: fc.constantFrom(0, 100, LATEST_MS),
  }),
};
const daemon = (weight: number, ...kinds: ("hold" | "release" | "kill" | "deploy")[]) => ({
  weight,
  arbitrary: record({ kind: fc.constantFrom(...kinds), slot }),
});

const TOPICS = ["room:0", "room:1"];

class World {
  readonly clock = new ManualClock();
  readonly #bus = new LossyBus();
  readonly daemons: PresenceDaemon[] = [];
  readonly #random: () => number;
  #lives = 0;
  /** When each user typed last at each topic. */
  readonly signs = new Map<string, number>();

  constructor(random: () => number) {
    this.#random = random;
    this.#bus.weather(random, FAIR);
    for (let at = 0; at < DAEMONS; at += 1) this.#begin(at);
    // All have heard each other.
    this.clock.advance(6_000);
    for (const [at, one] of this.daemons.entries()) for (const topic of TOPICS) one.join(`u${at}`, topic);
    this.clock.advance(100);
  }

  do(step: Step): void {
    switch (step.kind) {
      case "pass":
        return this.clock.advance(step.ms);
      case "weather":
        return this.#bus.weather(this.#random, step);
      case "hold":
      case "release":
      case "kill":
      case "deploy":
        return this.#doTo(step.kind, step.slot);
      default:
        return this.#doAs(step);
    }
  }

  calm(): void {
    this.#bus.weather(this.#random, FAIR);
    for (const one of this.daemons) {
      one.timers.release();
      for (const each of one.clients) if (each.blocked) each.drained();
    }
  }

  get clients(): PresenceClient[] {
    return this.daemons.flatMap(({ clients }) => [...clients]);
  }

  /** Users with a socket. */
  living(topic: string): Set<string> {
    return new Set(this.clients.filter((one) => one.topic === topic).flatMap(({ user }) => user ?? []));
  }

  #doTo(kind: "hold" | "release" | "kill" | "deploy", at: number): void {
    const one = this.daemons[at];
    if (one === undefined) return;
    if (kind === "hold") one.timers.isHeld = true;
    else if (kind === "release") one.timers.release();
    else if (kind === "kill") {
      one.kill();
      this.#begin(at);
    } else if (!one.timers.isHeld) {
      const moving = one.drain();
      this.#begin(at);
      for (const each of moving) this.daemons[(at + 1) % DAEMONS]?.join(each.user, each.topic);
    }
  }

  #doAs({ kind, slot: at, user, topic }: Extract<Step, { kind: Kind }>): void {
    const one = this.daemons[at];
    const [name, room] = [`u${user}`, `room:${topic}`];
    if (one === undefined || one.timers.isHeld) return;
    if (kind === "join") {
      one.join(name, room);
      return;
    }
    const all = [...one.clients];
    const mine = all[user % Math.max(1, all.length)];
    if (kind === "leave") mine?.leave();
    // Whoever is removed is so everywhere.
    else if (kind === "remove")
      for (const each of this.clients.filter((other) => other.user === mine?.user && other.topic === mine?.topic))
        each.leave(true);
    else if (kind === "present") mine?.present({ state: Math.floor(this.#random() * 100) });
    else if (kind === "away") mine?.present({ away: this.#random() < 0.5 });
    else if (kind === "type") {
      if (mine?.types() === undefined && mine !== undefined)
        this.signs.set(`${mine.topic} ${mine.user}`, this.clock.now());
    } else if (kind === "stop") mine?.types(false);
    else if (mine !== undefined && kind === "block") mine.blocked = true;
    else if (mine?.blocked) mine.drained();
  }

  #begin(at: number): void {
    this.daemons[at] = new PresenceDaemon(`n${(this.#lives += 1)}`, this.#bus, this.clock, this.#random);
  }
}

const usersOf = ({ shown }: PresenceClient): Set<string> => new Set(shown.users?.keys());

it("C3 Presence equals the sockets: after loss, repetition, reordering, pauses and other lives, all show the living ones within one digest period, and nobody else 30 s later", () => {
  const step: fc.Arbitrary<Step> = fc.oneof(
    client(8, "join", "leave", "leave", "present", "away"),
    client(1, "remove", "block", "drain"),
    daemon(3, "hold", "release", "kill", "deploy"),
    pass,
    weather,
  );
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 40, size: "max" }), fc.string(), (steps, seed) => {
      const world = new World(chances(seed));
      for (const one of steps) world.do(one);
      world.calm();
      // What was on its way has arrived.
      world.clock.advance(LATEST_MS);
      world.clock.advance(DIGEST_PERIOD_MS);
      for (const each of world.clients)
        assert.deepEqual(
          [...world.living(each.topic)].filter((user) => !usersOf(each).has(user)),
          [],
        );
      world.clock.advance(END_MS);
      for (const topic of TOPICS) {
        const here = world.clients.filter((each) => each.topic === topic);
        for (const each of here) {
          assert.deepEqual(usersOf(each), world.living(topic));
          assert.equal(each.shown.isPartial, false);
          // The same is said of each, whichever daemon tells it.
          assert.deepEqual(new Map(each.shown.users), new Map(here[0]?.shown.users));
        }
      }
    }),
    { numRuns: 100 },
  );
});

it("C4 Typing ends: whatever is lost, late or held up, nobody types for longer than 6 s after their last sign", () => {
  const step: fc.Arbitrary<Step> = fc.oneof(
    client(4, "join", "type", "type", "stop"),
    client(1, "leave", "remove"),
    daemon(1, "hold", "release"),
    pass,
    weather,
  );
  const runs = fc.property(
    fc.array(step, { minLength: 10, maxLength: 40, size: "max" }),
    fc.string(),
    (steps, seed) => {
      const world = new World(chances(seed));
      for (const one of steps) {
        world.do(one);
        const late = world.daemons
          .filter(({ timers }) => !timers.isHeld)
          .flatMap(({ clients }) => [...clients])
          .flatMap(({ topic, shown }) =>
            shown.typing.filter(
              (user) => (world.signs.get(`${topic} ${user}`) ?? 0) + TYPING_MS + TOLD_MS < world.clock.now(),
            ),
          );
        assert.deepEqual(late, []);
      }
    },
  );
  fc.assert(runs, { numRuns: 200 });
});

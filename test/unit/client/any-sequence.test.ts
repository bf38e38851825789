import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { createClient } from "../../../client/client.ts";
import { FakeDaemon } from "../../../testing/fake-daemon.ts";
import type { Sample } from "../../support/client-rig.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const CODES = [1001, 1006, 1011, 1012, 1013, 4008, 4010, 4400, 4401, 4403, 4408, 4429];

/** A client and all that can befall it. */
class World {
  readonly clock = new ManualClock();
  readonly daemon = new FakeDaemon<Sample>(this.clock);
  readonly heard: string[] = [];
  readonly #wakers = new Set<() => void>();
  readonly client = createClient<Sample>({
    url: this.daemon.url,
    getToken: () => this.getToken(),
    onError: () => undefined,
    environment: {
      WebSocket: this.daemon.WebSocket,
      now: this.clock.now,
      setTimeout: this.clock.setTimeout,
      clearTimeout: this.clock.clearTimeout,
      random: () => 0.5,
      onWake: (listener) => {
        this.#wakers.add(listener);
        return () => this.#wakers.delete(listener);
      },
    },
  });
  readonly owner = this.client.owner("1");
  getToken: () => string | Promise<string> = () => "token";
  gaps = 0;
  emitted = 0;
  today = 0;
  /** Events that came before the first snapshot are not the client's to hear. */
  due: number | undefined;

  constructor() {
    this.owner.on("booking_created", ({ data }) => this.heard.push(data.guestName));
    this.owner.onGap(() => (this.gaps += 1));
    this.daemon.setMetrics("1", { revenue: { today: "0" } });
  }

  get held(): readonly number[] {
    return [this.clock.pending, this.#wakers.size, this.daemon.connections];
  }

  readonly deeds: { readonly [name: string]: (n: number) => void } = {
    connect: () => this.client.connect(),
    close: () => this.client.close(),
    end: (n) => this.daemon.close(CODES[n % CODES.length] ?? 1006),
    restart: (n) => this.daemon.restart([n, 2 * n]),
    reachable: (n) => (this.daemon.reachable = n % 2 === 0),
    tokens: (n) => (this.daemon.acceptsToken = () => n % 2 === 0),
    owners: (n) => (this.daemon.mayFollow = () => n % 2 === 0),
    failToken: () => (this.getToken = () => Promise.reject(new Error("no token"))),
    hangToken: () => (this.getToken = () => new Promise(() => undefined)),
    goodToken: () => (this.getToken = () => "token"),
    expiring: () => this.daemon.tokenExpiring(),
    change: () => this.daemon.setMetrics("1", { revenue: { today: String((this.today += 1)) } }),
    happen: () => this.daemon.emit("1", "booking_created", { guestName: String((this.emitted += 1)) }),
    forget: () => this.daemon.forgetEvents(),
    stale: () => this.daemon.stale("1"),
    live: () => this.daemon.live("1"),
    wake: () => this.#wakers.forEach((wake) => wake()),
    advance: (n) => this.clock.advance(n * 100),
    sleep: (n) => this.clock.sleep(n * 1_000),
    other: () => this.client.owner("2").subscribe(() => undefined)(),
  };

  async do(name: string, n: number): Promise<void> {
    this.deeds[name]?.(n);
    // Now and then several things happen before the client has noticed the first.
    if (n % 3 !== 0) await settle();
    if (this.due === undefined && this.owner.getSnapshot().asOf !== undefined) this.due = this.emitted;
  }

  /** Everything is well again: the client gets there by itself, or by the button where it had to stop. */
  async mend(): Promise<void> {
    for (const name of ["reachable", "tokens", "owners", "goodToken", "live"]) this.deeds[name]?.(0);
    // In steps shorter than an attempt may take, for an attempt needs turns of the event loop.
    for (let passedMs = 0; passedMs < 305_000; passedMs += 5_000) {
      await settle();
      const { state } = this.owner.getSnapshot().connection;
      if (state === "idle" || state === "closed") this.client.connect();
      await settle();
      this.clock.advance(5_000);
    }
    await settle();
  }
}

const settle = (): Promise<unknown> => new Promise(setImmediate);

it("Whatever happens, in any order: at most one socket, nothing held while stopped, and in the end the right numbers and each event once", async () => {
  const names = Object.keys(new World().deeds);
  // What is needed before anything else can go wrong comes more often.
  const often = ["connect", "connect", "happen", "happen", "happen", "end", "end", "change", "advance", "advance"];
  const deed = fc.tuple(fc.constantFrom(...names, ...often, "forget"), fc.nat({ max: 700 }));
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 40 }), async (deeds) => {
      const world = new World();
      await world.do("connect", 1);
      for (const [name, n] of deeds) {
        await world.do(name, n);
        assert.ok(world.daemon.connections <= 1, "two sockets");
        const { connection } = world.owner.getSnapshot();
        if (connection.state === "idle" || connection.state === "closed") assert.deepEqual(world.held, [0, 0, 0]);
      }
      await world.mend();
      const { connection, metrics } = world.owner.getSnapshot();
      assert.equal(connection.state, "live");
      assert.equal(metrics?.revenue.today, String(world.today));
      assert.deepEqual(
        world.heard,
        [...new Set(world.heard)].toSorted((a, b) => Number(a) - Number(b)),
      );
      const due = world.due === undefined ? [] : range(world.due + 1, world.emitted);
      if (world.gaps === 0) for (const name of due) assert.ok(world.heard.includes(name), `${name} was not heard`);
      world.client.close();
      assert.deepEqual(world.held, [0, 0, 0]);
    }),
    { numRuns: 300 },
  );
});

function range(from: number, until: number): string[] {
  return Array.from({ length: Math.max(0, until - from + 1) }, (_, at) => String(from + at));
}

import assert from "node:assert/strict";
import { afterEach, beforeEach } from "node:test";
import { WebSocket } from "ws";
import { type Client, type ClientOptions, createClient } from "../../client/client.ts";
import type { Owner, State, View } from "../../client/owner.ts";
import { ManualClock } from "./manual-clock.ts";
import { ScriptedDaemon, type Visitor } from "./scripted-daemon.ts";

export interface Metrics {
  readonly revenue: { readonly today?: string; readonly month?: string };
}
export interface Sample {
  readonly metrics: Metrics;
  readonly events: {
    readonly booking_created: { readonly guestName: string };
    readonly booking_completed: { readonly bookingId: string };
  };
}

export const SNAPSHOT = {
  type: "snapshot",
  topic: "owner:1",
  epoch: "e1",
  version: 1,
  asOf: "2026-05-08T12:00:00.000001Z",
  cursor: "c-1",
  data: { revenue: { today: "1.00", month: "5.00" } },
} as const;
export const UPDATE = {
  type: "metrics_updated",
  topic: "owner:1",
  epoch: "e1",
  version: 2,
  previous: 1,
  asOf: "2026-05-08T12:00:01.000001Z",
  cursor: "c-2",
  data: { revenue: { today: "2.00" } },
} as const;
export const STALE = {
  type: "stale",
  topic: "owner:1",
  since: "2026-05-08T11:59:59.000000Z",
  reason: "database",
} as const;
export const CREATED = {
  type: "booking_created",
  topic: "owner:1",
  id: "event-1",
  cursor: "c-3",
  data: { guestName: "Ana" },
} as const;

/** A client of a scripted daemon, over real sockets, on a clock that the test moves. */
export class ClientRig {
  readonly clock = new ManualClock();
  readonly wakers = new Set<() => void>();
  /** Why tokens were asked for, in order: the first was `token-1`. */
  readonly reasons: string[] = [];
  readonly errors: unknown[] = [];
  daemon: ScriptedDaemon;
  client: Client<Sample>;
  #unlisten: () => void;

  private constructor(daemon: ScriptedDaemon) {
    this.daemon = daemon;
    this.client = this.#make({});
    this.#unlisten = this.#listen();
  }

  static async start(): Promise<ClientRig> {
    return new ClientRig(await ScriptedDaemon.start());
  }

  get owner(): Owner<Sample> {
    return this.client.owner("1");
  }

  get view(): View<Metrics> {
    return this.owner.getSnapshot();
  }

  /** Takes another client in the place of the first. */
  remake(options: Partial<ClientOptions>): void {
    this.#unlisten();
    this.client = this.#make(options);
    this.#unlisten = this.#listen();
  }

  /** Resolves once the view is as wanted. */
  shows(wanted: (view: View<Metrics>) => boolean): Promise<View<Metrics>> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!wanted(this.view)) return;
        undo();
        resolve(this.view);
      };
      const undo = this.owner.subscribe(look);
      look();
    });
  }

  readonly state = <S extends State>(wanted: S): Promise<View<Metrics> & { connection: { state: S } }> =>
    this.shows(({ connection }) => connection.state === wanted) as Promise<
      View<Metrics> & { connection: { state: S } }
    >;

  readonly today = (wanted: string): Promise<View<Metrics>> =>
    this.shows(({ metrics }) => metrics?.revenue.today === wanted);

  async live(): Promise<Visitor> {
    this.client.connect();
    const visitor = await this.daemon.subscriber();
    visitor.say(SNAPSHOT);
    await this.state("live");
    return visitor;
  }

  wake(): void {
    for (const waker of this.wakers) waker();
  }

  async stop(): Promise<void> {
    this.client.close();
    assert.equal(this.clock.pending, 0, "a timer was left");
    assert.equal(this.wakers.size, 0, "a listener was left");
    await this.daemon.stop();
    assert.deepEqual(this.errors, []);
  }

  #make(options: Partial<ClientOptions>): Client<Sample> {
    const { now, setTimeout, clearTimeout } = this.clock;
    const onWake = (listener: () => void) => {
      this.wakers.add(listener);
      return () => this.wakers.delete(listener);
    };
    return createClient<Sample>({
      url: this.daemon.url,
      getToken: ({ reason }) => `token-${this.reasons.push(reason)}`,
      onError: (error) => this.errors.push(error),
      ...options,
      environment: { WebSocket, now, setTimeout, clearTimeout, random: () => 0.5, onWake, ...options.environment },
    });
  }

  /** The owner always has a listener. */
  #listen(): () => void {
    return this.owner.subscribe(() => undefined);
  }
}

/** A rig per test; nothing may be left of it. */
export function eachWithRig(): { readonly rig: ClientRig } {
  let rig: ClientRig | undefined;
  beforeEach(async () => {
    rig = await ClientRig.start();
  });
  afterEach(() => rig?.stop());
  return {
    get rig() {
      if (!rig) throw new Error("there is a rig in tests only");
      return rig;
    },
  };
}

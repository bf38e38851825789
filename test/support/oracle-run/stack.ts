/** Reader, loader, owners and hub as the daemon composes them, on a real database, with a clock that the test sets. */
import { databaseCheck } from "../../../daemon/capture/check-database.ts";
import { HEARTBEAT, type HeartbeatOptions } from "../../../daemon/capture/capture-options.ts";
import { kindSinks } from "../../../daemon/capture/batch-sinks.ts";
import { readKind } from "../../../daemon/capture/read-kind.ts";
import { Reader } from "../../../daemon/capture/reader.ts";
import type { Log } from "../../../daemon/config/log.ts";
import { SYSTEM_TIMERS, type Timers } from "../../../daemon/config/timers.ts";
import { withheldReader } from "../../../daemon/resume/withheld-reader.ts";
import { SessionPool } from "../../../daemon/database/session-pool.ts";
import { Hub } from "../../../daemon/hub/hub.ts";
import type { Subscription } from "../../../daemon/hub/subscription.ts";
import type { ReadDayStarts } from "../../../daemon/owners/day-starts.ts";
import { printTopic } from "../../../protocol/topic.ts";
import { ownerTopics } from "../../../daemon/topics/owner/owner-topic.ts";
import { Clock } from "../../../daemon/metrics/clock.ts";
import { compileKinds } from "../../../daemon/plan/compile.ts";
import { keepingFew } from "../keeping-few.ts";
import { dayStartsFrom } from "../../../daemon/owners/day-starts.ts";
import { Owners } from "../../../daemon/owners/owners.ts";
import { type Loader, SnapshotLoader } from "../../../daemon/owners/loader.ts";
import type { Published } from "../../../daemon/owners/published.ts";
import { sourcesOfEvents } from "../../../daemon/plan/event-select.ts";
import type { Plan } from "../../../daemon/plan/plan.ts";
import { Slices } from "../../../daemon/owners/slices.ts";
import { Changes } from "../changes.ts";
import type { Installed } from "./installed.ts";
import { Screen, type Shown, topicOf } from "./screen.ts";
import { type TestTime, WatchedSink } from "./watched-sink.ts";

export interface EngineTimers extends Timers {
  readonly monotonicMs: () => number;
}

export interface StackOptions {
  readonly installed: Installed;
  readonly time: TestTime;
  /** The owners'; real ones by default. */
  readonly timers?: EngineTimers;
  readonly heartbeat?: HeartbeatOptions;
  /** Between two frames of an owner; 0 by default. */
  readonly minIntervalMs?: number;
  /** Stands before the loader. */
  readonly loader?: (loader: Loader) => Loader;
  /** Stands before the reader's calendar. */
  readonly dayStarts?: (read: ReadDayStarts) => ReadDayStarts;
}

const REAL_TIMERS: EngineTimers = { monotonicMs: () => performance.now(), ...SYSTEM_TIMERS };

/** A frame, and the snapshots of which its document may be. */
export interface Claim extends Shown {
  readonly snapshots: readonly string[];
}

export class Stack {
  readonly changes = new Changes();
  readonly sink: WatchedSink;
  readonly time: TestTime;
  /** Every document that some screen showed, until {@link takeClaims}. */
  #claims: Claim[] = [];
  readonly #broken: unknown[] = [];
  /** By {@link publicationOf}. */
  readonly #snapshots = new Map<string, readonly string[]>();
  readonly #screens = new Map<Screen, Subscription>();
  readonly #pool: SessionPool;
  readonly #kinds: readonly Owners[];
  readonly #hub: Hub;
  readonly #reader: Reader;

  constructor(options: StackOptions) {
    const { installed, time, timers = REAL_TIMERS, loader = same, dayStarts = same } = options;
    const { marketplace, daemonUrl: url, limits } = installed;
    const compiled = compileKinds(marketplace.config);
    const { tables } = compiled;
    const plans = compiled.plans.map((plan) => keepingFew(plan));
    this.time = time;
    this.#pool = new SessionPool(
      { url, role: "pool", statementTimeoutMs: 10_000, settings: { plan_cache_mode: "force_generic_plan" } },
      4,
    );
    const slices = new Slices({ monotonicMs: timers.monotonicMs, setImmediate });
    const clock = new Clock({ monotonicMs: time.monotonicMs, systemMs: () => time.micros / 1000 });
    const kindOf = (plan: Plan): Owners => {
      const owners: Owners = new Owners({
        plan,
        loader: loader(new SnapshotLoader({ plan, sessions: this.#pool, slices })),
        loadsAtOnce: 3,
        readDayStarts: dayStarts(dayStartsFrom({ rows: (statement, values) => this.#reader.rows(statement, values) })),
        readWithheldEvents: withheldReader({ plan, sessions: this.#pool, zones: () => owners.zones() }),
        clock,
        slices,
        publish: (update) => this.#publish(plan.kind, update),
        nudge: () => {
          this.#reader.nudge();
          this.changes.happened();
        },
        log: QUIET,
        ...timers,
      });
      return owners;
    };
    this.#kinds = plans.map(kindOf);
    this.sink = new WatchedSink(kindSinks(this.#kinds), time, this.changes);
    this.#hub = new Hub({
      kinds: new Map(
        this.#kinds.map((demand, at) => [
          plans[at]?.kind ?? "",
          ownerTopics({ demand, cursorOf: (_, { snapshot }) => snapshot, now: Date.now }),
        ]),
      ),
      minIntervalMs: options.minIntervalMs ?? 0,
      // Owners are let go and loaded again all the time.
      idleMs: 5,
      log: QUIET,
      now: Date.now,
      ...SYSTEM_TIMERS,
      setImmediate,
    });
    this.#reader = new Reader(
      {
        url,
        tables,
        kinds: plans.map(readKind),
        eventSources: plans.flatMap(sourcesOfEvents),
        twoPhase: true,
        heartbeat: options.heartbeat ?? HEARTBEAT,
      },
      {
        sink: this.sink,
        sessions: this.#pool,
        check: databaseCheck(compiled, limits),
        log: QUIET,
        now: () => performance.now(),
      },
    );
  }

  start(): Promise<void> {
    return this.#reader.start();
  }

  async stop(): Promise<void> {
    this.#hub.stop();
    await this.#reader.stop();
    for (const owners of this.#kinds) owners.stop();
    await this.#pool.stop();
  }

  get screens(): readonly Screen[] {
    return [...this.#screens.keys()];
  }

  /** @param owner its key, or, of another kind, the topic's name */
  watch(owner: string): Screen {
    const screen: Screen = new Screen(owner, {
      shown: (shown) => this.#claims.push({ ...shown, snapshots: this.#snapshots.get(publicationOf(shown)) ?? [] }),
      told: () => this.changes.happened(),
      broken: (error) => this.#broken.push(error),
    });
    this.#screens.set(screen, this.#hub.subscribe(topicOf(owner), screen));
    return screen;
  }

  unwatch(screen: Screen): void {
    this.#screens.get(screen)?.close();
    this.#screens.delete(screen);
  }

  /** Has the reader read, and with it the owners look at the clock. */
  nudge(): void {
    this.#reader.nudge();
  }

  /** Whether a frame came that must not have come. */
  get isBroken(): boolean {
    return this.#broken.length > 0;
  }

  /** What was shown since the last call. Throws if a frame came that must not have come. */
  takeClaims(): Claim[] {
    if (this.isBroken) throw this.#broken[0];
    const taken = this.#claims;
    this.#claims = [];
    return taken;
  }

  #publish(kind: string, update: Published): void {
    const owner = kind === "owner" ? update.owner : printTopic({ kind, key: update.owner });
    if ("version" in update) this.#snapshots.set(publicationOf({ ...update, owner }), this.sink.snapshots);
    this.#hub.publish(kind, update.owner, update);
  }
}

/** Owners have versions of their own, in each epoch. */
function publicationOf({ owner, epoch, version }: Pick<Shown, "owner" | "epoch" | "version">): string {
  return `${owner} ${epoch} ${version}`;
}

const same = <T>(value: T): T => value;
const ignore = (): void => undefined;
const QUIET: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };

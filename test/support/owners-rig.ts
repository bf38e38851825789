import type { Batch, Grain } from "../../daemon/capture/batch.ts";
import { applyPatch } from "../../daemon/topics/owner/merge.ts";
import { Clock } from "../../daemon/metrics/clock.ts";
import type { OwnerAudit } from "../../daemon/owners/audit-turns.ts";
import type { ReadWithheldEvents } from "../../daemon/owners/withheld-events.ts";
import { Owners } from "../../daemon/owners/owners.ts";
import type { Plan } from "../../daemon/plan/plan.ts";
import type { Published } from "../../daemon/owners/published.ts";
import type { JsonObject, JsonValue } from "../../protocol/json.ts";
import { Slices } from "../../daemon/owners/slices.ts";
import { HeldLoader, settled } from "./held-loader.ts";
import { ManualClock } from "./manual-clock.ts";
import { SAMPLE_PLAN } from "./sample-plan.ts";
import { dayStartByRules } from "./zone-rules.ts";

export interface OwnersRigOptions {
  readonly plan?: Plan;
  /** The database's clock at the start, in microseconds since 1970. */
  readonly start?: number;
  /** Measures slices; by default time stands still in them. */
  readonly sliceMs?: () => number;
  readonly dayStarts?: (zone: string, day: number) => number;
  readonly audit?: OwnerAudit;
  /** Without it withheld events can't be read. */
  readonly withheld?: ReadWithheldEvents;
}

/** Of the data that the test's batches come from. */
export const INCARNATION = "incarnation";

/** Owners whose time, loads and batches are the test's. */
export class OwnersRig {
  readonly time = new ManualClock(0);
  readonly loader = new HeldLoader();
  readonly published: Published[] = [];
  readonly owners: Owners;
  /** The documents that a client would show, by owner. */
  readonly screens = new Map<string, JsonObject>();
  /** One entry per statement that asked for starts of days. */
  readonly dayReads: { readonly zones: readonly string[]; readonly days: readonly number[] }[] = [];
  nudges = 0;
  /** The longest delay that a timer was set for. */
  longestDelayMs = 0;
  /** Set to have the reading of days wait. */
  daysHeld: Promise<void> | undefined;
  readonly #start: number;
  #cuts = 0;

  constructor(options: OwnersRigOptions = {}) {
    const { plan = SAMPLE_PLAN, start = Date.UTC(2026, 4, 8, 12) * 1000, dayStarts = dayStartByRules } = options;
    this.#start = start;
    const { now, setTimeout, clearTimeout } = this.time;
    const ignore = (): void => undefined;
    this.owners = new Owners({
      plan,
      loader: this.loader,
      loadsAtOnce: 2,
      audit: options.audit,
      readDayStarts: async (zones, days) => {
        this.dayReads.push({ zones, days });
        await this.daysHeld;
        return zones.map((zone, at) => dayStarts(zone, days[at] ?? 0));
      },
      readWithheldEvents: options.withheld ?? (() => Promise.reject(new Error("away"))),
      clock: new Clock({ monotonicMs: now, systemMs: () => start / 1000 }),
      slices: new Slices({ monotonicMs: options.sliceMs ?? now, setImmediate }),
      publish: (update) => this.#show(update),
      nudge: () => {
        this.nudges += 1;
      },
      log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
      monotonicMs: now,
      setTimeout: (callback, delayMs) => {
        this.longestDelayMs = Math.max(this.longestDelayMs, delayMs);
        return setTimeout(callback, delayMs);
      },
      clearTimeout,
    });
  }

  /** The database's clock, which keeps step with the test's time. */
  get databaseClock(): number {
    return this.#start + this.time.now() * 1000;
  }

  batch(parts: Partial<Batch> = {}): Batch {
    return {
      epoch: "e",
      snapshot: "s",
      clock: this.databaseClock,
      grains: [],
      resets: [],
      events: [],
      withheld: [],
      dimensions: [],
      ...parts,
    };
  }

  /** As the reader does: in a cut where one is wanted or needed. Imports at once. */
  async read(parts: Partial<Batch> = {}): Promise<void> {
    const batch = this.batch(parts);
    if (!this.owners.wantsCut() && !this.owners.needsCut(batch)) return this.owners.apply(batch);
    this.#cuts += 1;
    this.loader.importsAtOnce = true;
    await this.owners.applyCut(batch, { snapshotId: `cut ${this.#cuts}` });
    this.loader.importsAtOnce = false;
  }

  begin(epoch: string): void {
    this.owners.begin(epoch, INCARNATION);
  }

  /** Begins an epoch, watches owners and loads them with these grains. */
  async open(owners: Readonly<Record<string, readonly Grain[]>>, zone = "UTC"): Promise<void> {
    this.begin("e");
    return this.watch(owners, zone);
  }

  /** Watches owners and loads them with these grains. */
  async watch(owners: Readonly<Record<string, readonly Grain[]>>, zone = "UTC"): Promise<void> {
    for (const owner of Object.keys(owners)) this.owners.watch(owner);
    this.time.advance(100);
    await this.read();
    await this.loader.last.finish(owners, zone);
  }

  /** The publications since the last call. */
  take(): Published[] {
    return this.published.splice(0);
  }

  /** One value of the document that a client shows. */
  shown(owner: string, group: string, name: string): JsonValue | undefined {
    const values = this.screens.get(owner)?.[group];
    return typeof values === "object" && values !== null ? values[name] : undefined;
  }

  settled(): Promise<void> {
    return settled();
  }

  #show(update: Published): void {
    this.published.push(structuredClone(update));
    if (update.kind === "document") this.screens.set(update.owner, update.document);
    if (update.kind === "patch")
      this.screens.set(update.owner, applyPatch(this.screens.get(update.owner) ?? {}, update.patch));
  }
}

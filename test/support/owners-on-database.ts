/**
 * The daemon from the database to the published documents, with the instant in the test's hands: the daemon's own statements, loads and
 * owners, on a real database. The parts that wait are left out: bell, heartbeat, sockets.
 *
 *     const running = await OwnersOnDatabase.open(database, DEMO, startUs);
 *     await running.watch("1");
 *     await database.query("insert …");
 *     await running.advanceTo(midnightUs);   // reads what was committed, and crosses boundaries
 *     running.screens.get("1")               // what a client shows: compare it with oracleDocuments(DEMO, database, running.t)
 */
import { parseReply } from "../../daemon/capture/batch-row.ts";
import { inCut } from "../../daemon/capture/cut.ts";
import { readKind } from "../../daemon/capture/read-kind.ts";
import { type BatchStatements, batchStatements } from "../../daemon/capture/statement.ts";
import { SessionPool } from "../../daemon/database/session-pool.ts";
import { Session } from "../../daemon/database/session.ts";
import { applyPatch } from "../../daemon/topics/owner/merge.ts";
import { Clock } from "../../daemon/metrics/clock.ts";
import { compile } from "../../daemon/plan/compile.ts";
import { dayStartsFrom } from "../../daemon/owners/day-starts.ts";
import { Owners } from "../../daemon/owners/owners.ts";
import { type Loader, SnapshotLoader } from "../../daemon/owners/loader.ts";
import { withheldReader } from "../../daemon/resume/withheld-reader.ts";
import type { Plan } from "../../daemon/plan/plan.ts";
import type { Published } from "../../daemon/owners/published.ts";
import type { JsonObject } from "../../protocol/json.ts";
import { sourcesOfEvents } from "../../daemon/plan/event-select.ts";
import { Slices } from "../../daemon/owners/slices.ts";
import { settled } from "./held-loader.ts";
import { install, LIMITS } from "./install.ts";
import { ManualClock } from "./manual-clock.ts";
import type { Marketplace } from "./oracle.ts";
import type { TestDatabase } from "./servers.ts";

const READER_ID = "00000000-0000-0000-0000-000000000001";
const READER_SETTINGS = { enable_seqscan: "off", jit: "off", plan_cache_mode: "force_generic_plan" };

export class OwnersOnDatabase {
  readonly plan: Plan;
  readonly owners: Owners;
  /** The documents that a client shows, by owner. */
  readonly screens = new Map<string, JsonObject>();
  /** Why an owner is stale, for those that are. */
  readonly stale = new Map<string, string>();
  readonly published: Published[] = [];
  /** How many rows the last batch had that was read without a cut. */
  lastRows = 0;
  readonly #session: Session;
  readonly #pool: SessionPool;
  readonly #statements: BatchStatements;
  readonly #time = new ManualClock(0);
  readonly #startUs: number;
  readonly #loading = new Set<string>();
  #cursor = "";

  /** Makes the marketplace's tables and deltad's in an empty database. `startUs`: T at first, in microseconds since 1970. */
  static async open(
    database: TestDatabase,
    marketplace: Marketplace,
    startUs: number,
    limits = LIMITS,
  ): Promise<OwnersOnDatabase> {
    const plan = compile(marketplace.config);
    await database.query(marketplace.schema);
    await install(database, plan.tables, limits);
    const session = await Session.open({
      url: database.url,
      role: "reader",
      statementTimeoutMs: 30_000,
      settings: READER_SETTINGS,
    });
    const running = new OwnersOnDatabase(database, plan, session, startUs);
    await running.beginEpoch();
    return running;
  }

  private constructor(database: TestDatabase, plan: Plan, session: Session, startUs: number) {
    this.plan = plan;
    this.#session = session;
    this.#startUs = startUs;
    this.#pool = new SessionPool({ url: database.url, role: "pool", statementTimeoutMs: 30_000 }, 3);
    this.#statements = batchStatements(plan.tables, [readKind(plan)], sourcesOfEvents(plan));
    const slices = new Slices({ monotonicMs: () => performance.now(), setImmediate });
    const { now, setTimeout, clearTimeout } = this.#time;
    const ignore = (): void => undefined;
    let looks = 0;
    this.owners = new Owners({
      plan,
      loader: this.#noting(new SnapshotLoader({ plan, sessions: this.#pool, slices })),
      loadsAtOnce: 2,
      readDayStarts: dayStartsFrom(session),
      readWithheldEvents: withheldReader({ plan, sessions: this.#pool, zones: () => this.owners.zones() }),
      clock: new Clock({ monotonicMs: now, systemMs: () => startUs / 1000 }),
      slices,
      publish: (update) => this.#show(update),
      nudge: ignore,
      log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
      // Each look a tenth of a second later than the one before: owners are never kept waiting for others.
      monotonicMs: () => (looks += 100),
      setTimeout,
      clearTimeout,
    });
  }

  /** The instant T. */
  get t(): number {
    return this.#startUs + Math.round(this.#time.now() * 1000);
  }

  /** As after a lost session: everything is loaded again. */
  async beginEpoch(): Promise<void> {
    const [row] = await this.#session.query<{ cursor: string; incarnation: string }>(
      "select pg_current_snapshot()::text as cursor, encode(deltad.incarnation(), 'hex') as incarnation",
    );
    this.#cursor = row?.cursor ?? "";
    this.owners.begin("epoch", row?.incarnation ?? "");
  }

  async watch(...owners: readonly string[]): Promise<void> {
    for (const owner of owners) this.owners.watch(owner);
    await this.catchUp();
  }

  /** Reads once what was committed, in a cut where one is wanted or needed. Does not wait for loads. */
  async read(): Promise<void> {
    if (this.owners.wantsCut()) return this.#readInCut();
    const rows = await this.#session.rows(this.#statements.read, this.#values());
    this.lastRows = rows.length;
    const batch = { ...parseReply(rows, "epoch").batches[0], clock: this.t };
    if (this.owners.needsCut(batch)) return this.#readInCut();
    await this.owners.apply(batch);
    this.#cursor = batch.snapshot;
  }

  /** Reads until nothing is unread, loading, or due. */
  async catchUp(): Promise<void> {
    do {
      await this.read();
      this.#time.advance(0);
      await settled();
    } while (this.owners.wantsCut() || this.#loading.size > 0);
  }

  /** Lets time pass until an instant, crossing what lies before; then reads. */
  async advanceTo(us: number): Promise<void> {
    this.#time.advance((us - this.t) / 1000);
    await this.catchUp();
  }

  async stop(): Promise<void> {
    this.owners.stop();
    await Promise.all([this.#pool.stop(), this.#session.close()]);
  }

  async #readInCut(): Promise<void> {
    await inCut(this.#session, this.plan.tables, this.#statements, this.#values(), async (rows) => {
      const reply = parseReply(rows, "epoch");
      await this.owners.applyCut({ ...reply.batches[0], clock: this.t }, { snapshotId: reply.exportedSnapshot ?? "" });
      this.#cursor = reply.batches[0].snapshot;
    });
  }

  #values(): unknown[] {
    return [this.#cursor, READER_ID, this.owners.zones(), this.owners.owners() ?? null];
  }

  /** Knows which owners' loads have not been published yet. */
  #noting(loader: Loader): Loader {
    return {
      load: (request) => {
        for (const owner of request.owners) this.#loading.add(owner);
        const load = loader.load(request);
        load.owners.catch(() => request.owners.forEach((owner) => this.#loading.delete(owner)));
        return load;
      },
    };
  }

  #show(update: Published): void {
    this.published.push(structuredClone(update));
    const { owner } = update;
    // One that takes long is still to come.
    if (update.kind === "document" || (update.kind === "stale" && update.reason !== "slow_load"))
      this.#loading.delete(owner);
    if (update.kind === "document") this.screens.set(owner, update.document);
    if (update.kind === "patch") this.screens.set(owner, applyPatch(this.screens.get(owner) ?? {}, update.patch));
    if (update.kind === "stale") this.stale.set(owner, update.reason);
    if (update.kind === "live") this.stale.delete(owner);
  }
}

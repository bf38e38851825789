/**
 * Proves that incremental numbers equal a recompute. Owners are loaded at one snapshot for an instant some weeks back; what
 * commits until a second snapshot is folded in as a daemon would, and the clock is moved to the present; at the second snapshot the
 * same documents are computed a second way (recompute.ts), and compared leaf by leaf.
 *
 * Holds a lease like a daemon's, so that no change is pruned before it is read.
 */
import { randomUUID } from "node:crypto";
import type { Batch } from "../capture/batch.ts";
import { parseReply } from "../capture/batch-row.ts";
import { inCut } from "../capture/cut.ts";
import { registerReader, releaseReader } from "../capture/reader-session.ts";
import { type BatchStatements, batchStatements } from "../capture/statement.ts";
import type { Session } from "../database/session.ts";
import type { Sessions } from "../database/session-pool.ts";
import { Calendar } from "../owners/calendar.ts";
import { dayStartsFrom } from "../owners/day-starts.ts";
import type { Load, LoadResult, Loader } from "../owners/loader.ts";
import { indexPlan } from "../metrics/plan-index.ts";
import type { Plan } from "../plan/plan.ts";
import { deltaSelects, withoutEvents } from "../plan/select.ts";
import { Zones } from "../owners/zones.ts";
import { type Difference, differences } from "./difference.ts";
import { Incremental } from "./incremental.ts";
import { recomputeAt } from "./recompute-at.ts";

export interface VerificationOptions {
  readonly plan: Plan;
  /** A session of the verification's own, opened as a reader's. */
  readonly session: Session;
  readonly loader: Loader;
  readonly sessions: Sessions<Session>;
  /** Canonical keys, at most 1000. */
  readonly owners: readonly string[];
}

export interface Verdict {
  /** How many owners were compared. */
  readonly compared: number;
  /** Owners whose time zone PostgreSQL does not know: there is nothing to compare. */
  readonly unknownZones: readonly string[];
  readonly differences: readonly Difference[];
}

/** Far enough back that windows of days and months end in between, in microseconds. */
const BACK_MICROS = 21 * 86_400_000_000;
/** A lease lives for a minute unless it is moved. */
const LEASE_BEAT_MS = 10_000;

export class Verification {
  /** The incremental side. */
  readonly incremental: Incremental;
  readonly #options: VerificationOptions;
  readonly #lease = randomUUID();
  readonly #statements: BatchStatements;
  readonly #beat: NodeJS.Timeout;
  #cursor = "";
  #zones: Zones | undefined;
  /** The instant that loads are made for. */
  #t = 0;

  constructor(options: VerificationOptions) {
    const { plan, session } = options;
    this.#options = options;
    this.#statements = batchStatements(plan.tables, deltaSelects(withoutEvents(plan)));
    this.incremental = new Incremental(indexPlan(plan), new Calendar(dayStartsFrom(session)));
    this.#beat = setInterval(() => void this.#keepLease().catch(() => undefined), LEASE_BEAT_MS);
  }

  /** Loads the owners at the first snapshot. */
  async begin(): Promise<void> {
    const { session, owners } = this.#options;
    this.#cursor = (await registerReader(session, this.#lease)).cursor;
    const { taken: load } = await this.#cut(async (batch, snapshotId) => {
      this.#t = batch.clock - BACK_MICROS;
      this.#zones = new Zones(dayStartsFrom(session), this.#t);
      const load = this.#load(owners, snapshotId, this.#zones);
      await Promise.race([load.imported, load.owners]);
      return load;
    });
    await this.incremental.take(await load.owners, this.#t);
  }

  /** Reads up to the second snapshot, and compares. Call it once, after `begin`. */
  async finish(): Promise<Verdict> {
    const zones = this.#zones;
    if (!zones) throw new Error("a verification is finished before it began");
    const { batch, taken } = await this.#cut(async (read, snapshotId) => {
      const load = this.#load(this.#outdated(read), snapshotId, zones);
      const owners = load.owners.then((reloaded) => this.#comparable(reloaded));
      const recompute = recomputeAt({ ...this.#options, snapshotId, owners, t: read.clock });
      const results = Promise.all([load.owners, recompute.documents, owners]);
      await Promise.race([Promise.all([load.imported, recompute.imported]), results]);
      return { results };
    });
    const [reloaded, recomputed, owners] = await taken.results;
    await this.incremental.fold(batch.grains, this.#outdated(batch));
    await this.incremental.take(reloaded, this.#t);
    return {
      compared: owners.length,
      unknownZones: this.#options.owners.filter((owner) => !owners.includes(owner)),
      differences: owners.flatMap((owner) =>
        differences(owner, this.incremental.document(owner, batch.clock), recomputed.get(owner) ?? {}),
      ),
    };
  }

  /** Gives the lease back; to be called whatever came of the rest. */
  async end(): Promise<void> {
    clearInterval(this.#beat);
    if (this.#options.session.isOpen) await releaseReader(this.#options.session, this.#lease);
  }

  #load(owners: readonly string[], snapshotId: string, zones: Zones): Load {
    return this.#options.loader.load({ snapshotId, owners, t: this.#t, zones });
  }

  /** Owners that this batch can't be folded into: they are loaded again at its snapshot. */
  #outdated({ resets, dimensions }: Batch): readonly string[] {
    const { owners } = this.#options;
    if (resets.some(({ owner }) => owner === undefined)) return owners;
    const named = new Set([...resets.map(({ owner }) => owner), ...dimensions]);
    return owners.filter((owner) => named.has(owner));
  }

  /** The owners whose time zone PostgreSQL knows, once these are reloaded. */
  #comparable(reloaded: ReadonlyMap<string, LoadResult>): string[] {
    return this.#options.owners.filter((owner) => {
      const found = reloaded.get(owner);
      return found ? found.kind !== "unknown zone" : !this.incremental.unknownZones.has(owner);
    });
  }

  async #keepLease(): Promise<void> {
    if (this.#cursor === "") return;
    await this.#options.session.query("select deltad.heartbeat($1, $2, '')", [this.#lease, this.#cursor]);
  }

  /** Reads the next batch, and gives it with what `use` made of its snapshot. */
  async #cut<T>(use: (batch: Batch, snapshotId: string) => Promise<T>): Promise<{ batch: Batch; taken: T }> {
    const { session, plan, owners } = this.#options;
    const values = [this.#cursor, this.#lease, this.#zones?.good ?? [], owners];
    const done: { batch: Batch; taken: T }[] = [];
    await inCut(session, plan.tables, this.#statements, values, async (rows) => {
      const { batch, leaseLives, exportedSnapshot = "" } = parseReply(rows, this.#lease);
      if (!leaseLives) throw new Error("the lease expired while owners were loaded: verify fewer of them at once");
      done.push({ batch, taken: await use(batch, exportedSnapshot) });
    });
    const [read] = done;
    if (!read) throw new Error("a cut ended without a batch");
    this.#cursor = read.batch.snapshot;
    return read;
  }
}

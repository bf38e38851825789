/**
 * Proves that numbers equal a recompute: those of a running daemon, and those that are kept here in the same way.
 *
 * Owners are loaded at one snapshot for an instant some weeks back; what commits until a second snapshot is folded in as a daemon would, and
 * the clock is moved to the present; at the second snapshot the same documents are computed a second way (recompute.ts), and compared leaf
 * by leaf.
 *
 * A daemon stands at a snapshot of its own, which nobody can ask SQL about when its document arrives here. But it lies between the two
 * snapshots: what it sees, and the first one does not, is folded first, the clock is moved to the daemon's instant, and there the two
 * are compared. Whatever changed without a trigger before the first snapshot is in the load, and not in the daemon's numbers.
 *
 * Holds a lease like a daemon's, so that no change is pruned before it is read.
 */
import { randomUUID } from "node:crypto";
import type { Batch } from "../capture/batch.ts";
import { parseReply } from "../capture/batch-row.ts";
import { inCut } from "../capture/cut.ts";
import { registerReader, releaseReader } from "../capture/reader-session.ts";
import { readKind } from "../capture/read-kind.ts";
import { type BatchStatements, batchStatements, readUpTo } from "../capture/statement.ts";
import { refusePooler } from "../database/refusal.ts";
import type { Prepared, Session } from "../database/session.ts";
import type { Sessions } from "../database/session-pool.ts";
import { Calendar } from "../owners/calendar.ts";
import { dayStartsFrom } from "../owners/day-starts.ts";
import type { Load, LoadResult, Loader } from "../owners/loader.ts";
import { indexPlan } from "../metrics/plan-index.ts";
import type { Plan } from "../plan/plan.ts";
import { withoutEvents } from "../plan/select.ts";
import { Zones } from "../owners/zones.ts";
import { printTopic } from "../../protocol/topic.ts";
import { Cursors } from "../stream/cursor.ts";
import { includes, parseSnapshot } from "../stream/snapshot.ts";
import type { DaemonAnswer } from "./daemon-documents.ts";
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

export interface Outcome {
  /** Owners whose numbers here were compared with the recompute. */
  readonly recomputed: readonly string[];
  /** Owners whose documents of the daemon were compared. */
  readonly compared: readonly string[];
  /** Owners whose time zone PostgreSQL does not know: there is nothing to compare. */
  readonly unknownZones: readonly string[];
  /** Owners whose document of the daemon could not be compared this time: they had to be read again in between. */
  readonly again: readonly string[];
  readonly differences: readonly Difference[];
}

type StandingDocument = Extract<DaemonAnswer, { kind: "document" }>;

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
  readonly #readUpTo: Prepared;
  readonly #beat: NodeJS.Timeout;
  readonly #cursors = new Cursors();
  #cursor = "";
  #zones: Zones | undefined;
  /** The instant that loads are made for. */
  #t = 0;
  /** The latest instant that a daemon said. */
  #latest = 0;
  /** Owners that deltas did not lead on: they must be loaded again. */
  readonly #outdated = new Set<string>();
  readonly #again = new Set<string>();
  /** What was found of each document of the daemon. */
  readonly #compared = new Map<string, readonly Difference[]>();

  constructor(options: VerificationOptions) {
    const { plan, session } = options;
    const kind = readKind(withoutEvents(plan));
    this.#options = options;
    this.#statements = batchStatements(plan.tables, [kind]);
    this.#readUpTo = readUpTo(kind);
    this.incremental = new Incremental(indexPlan(plan), new Calendar(dayStartsFrom(session)));
    this.#beat = setInterval(() => void this.#keepLease().catch(() => undefined), LEASE_BEAT_MS);
  }

  /** Loads the owners at the first snapshot. */
  async begin(): Promise<void> {
    const { session, owners } = this.#options;
    const { cursor, incarnation } = await registerReader(session, this.#lease);
    this.#cursor = cursor;
    this.#cursors.begin(incarnation);
    const { taken: load } = await this.#cut(async (batch, snapshotId) => {
      this.#t = batch.clock - BACK_MICROS;
      this.#zones = new Zones(dayStartsFrom(session), this.#t);
      const load = this.#load(owners, snapshotId, this.#zones);
      await Promise.race([load.imported, load.owners]);
      return load;
    });
    await this.incremental.take(await load.owners, this.#t);
  }

  /**
   * Compares what a daemon said after {@link begin}. Call it at most once, before {@link finish}.
   * @throws Error where the daemon's database is another one
   */
  async compare(documents: readonly StandingDocument[]): Promise<void> {
    this.#refuseOtherDatabase(documents);
    // Of two snapshots of one server one always includes the other.
    const inOrder = documents
      .map((document) => ({ ...document, snapshot: parseSnapshot(document.at) }))
      .toSorted((one, other) => (one.at === other.at ? 0 : includes(other.snapshot, one.snapshot) ? -1 : 1));
    const first = parseSnapshot(this.#cursor);
    for (const { owner, at, asOf, document, snapshot } of inOrder) {
      if (!includes(snapshot, first)) this.#again.add(owner);
      else {
        if (at !== this.#cursor) await this.#foldUpTo(at);
        if (this.incremental.isDry(owner)) {
          this.#again.add(owner);
          continue;
        }
        this.#latest = Math.max(this.#latest, asOf);
        const expected = this.incremental.document(owner, asOf);
        this.#compared.set(owner, differences(owner, "daemon", document, expected));
      }
    }
  }

  /** Reads up to the second snapshot, and compares. Call it once, after `begin`. */
  async finish(): Promise<Outcome> {
    const zones = this.#zones;
    if (!zones) throw new Error("a verification is finished before it began");
    const { batch, taken } = await this.#cut(async (read, snapshotId) => {
      this.#noteOutdated(read);
      const load = this.#load([...this.#outdated], snapshotId, zones);
      const owners = load.owners.then((reloaded) => this.#comparable(reloaded));
      const recompute = recomputeAt({ ...this.#options, snapshotId, owners, t: this.#presentAt(read) });
      const results = Promise.all([load.owners, recompute.documents, owners]);
      await Promise.race([Promise.all([load.imported, recompute.imported]), results]);
      return { results };
    });
    const [reloaded, documents, recomputed] = await taken.results;
    // A delta is computed in its owner's zone as that is when it is read: of who moved to another one since, it said nothing.
    const again = [...this.#compared.keys(), ...this.#again].filter(
      (owner) => this.#again.has(owner) || this.#outdated.has(owner),
    );
    const compared = [...this.#compared.keys()].filter((owner) => !again.includes(owner) && recomputed.includes(owner));
    await this.incremental.fold(batch.grains, [...this.#outdated]);
    await this.incremental.take(reloaded, this.#t);
    const dry = recomputed.filter((owner) => this.incremental.isDry(owner));
    const told = recomputed.filter((owner) => !dry.includes(owner));
    const ofIncremental = told.flatMap((owner) =>
      differences(
        owner,
        "incremental",
        this.incremental.document(owner, this.#presentAt(batch)),
        documents.get(owner) ?? {},
      ),
    );
    return {
      recomputed: told,
      compared: compared.filter((owner) => !dry.includes(owner)),
      unknownZones: this.#options.owners.filter((owner) => !recomputed.includes(owner)),
      again: [...new Set([...again, ...dry])],
      differences: [...compared.flatMap((owner) => this.#compared.get(owner) ?? []), ...ofIncremental],
    };
  }

  /** Gives the lease back; to be called whatever came of the rest. */
  async end(): Promise<void> {
    clearInterval(this.#beat);
    if (this.#options.session.isOpen) await releaseReader(this.#options.session, this.#lease);
  }

  /** No earlier than a daemon was compared at: the clock never goes back. */
  #presentAt({ clock }: Batch): number {
    return Math.max(clock, this.#latest);
  }

  #load(owners: readonly string[], snapshotId: string, zones: Zones): Load {
    return this.#options.loader.load({ snapshotId, owners, t: this.#t, zones });
  }

  #refuseOtherDatabase(documents: readonly StandingDocument[]): void {
    const isOwn = ({ owner, cursor }: StandingDocument): boolean =>
      this.#cursors.read(printTopic({ kind: this.#options.plan.kind, key: owner }), cursor) !== undefined;
    if (documents.length === 0 || documents.some(isOwn)) return;
    throw new Error("the daemon works on another database than this one");
  }

  /** Everything that the snapshot sees, and none of the others. */
  async #foldUpTo(snapshot: string): Promise<void> {
    const { session } = this.#options;
    const rows = await session.rows(this.#readUpTo, [...this.#values(), snapshot]);
    const [batch] = this.#vouchFor(parseReply(rows, this.#lease)).batches;
    this.#noteOutdated(batch);
    await this.incremental.fold(batch.grains, [...this.#outdated]);
    this.#cursor = snapshot;
  }

  /** Owners that this batch can't be folded into: they are loaded again at the second snapshot. */
  #noteOutdated({ resets, dimensions }: Batch): void {
    const { owners } = this.#options;
    const isWhole = resets.some(({ owner }) => owner === undefined);
    const named = new Set(isWhole ? owners : [...resets.map(({ owner }) => owner), ...dimensions]);
    for (const owner of owners) if (named.has(owner)) this.#outdated.add(owner);
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

  #values(): unknown[] {
    return [this.#cursor, this.#lease, this.#zones?.good ?? [], this.#options.owners];
  }

  #vouchFor<Reply extends { readonly leaseLives: boolean; readonly pid: number }>(reply: Reply): Reply {
    refusePooler(reply.pid !== this.#options.session.pid);
    if (!reply.leaseLives) throw new Error("the lease expired while owners were loaded: verify fewer of them at once");
    return reply;
  }

  /** Reads the next batch, and gives it with what `use` made of its snapshot. */
  async #cut<T>(use: (batch: Batch, snapshotId: string) => Promise<T>): Promise<{ batch: Batch; taken: T }> {
    const { session, plan } = this.#options;
    const done: { batch: Batch; taken: T }[] = [];
    await inCut(session, plan.tables, this.#statements, this.#values(), async (rows) => {
      const {
        batches: [batch],
        exportedSnapshot = "",
      } = this.#vouchFor(parseReply(rows, this.#lease));
      done.push({ batch, taken: await use(batch, exportedSnapshot) });
    });
    const [read] = done;
    if (!read) throw new Error("a cut ended without a batch");
    this.#cursor = read.batch.snapshot;
    return read;
  }
}

import type { SettledOutcome } from "../../protocol/operation.ts";
import type { JsonObject, RowData } from "../../protocol/json.ts";

/**
 * A grain is what one projection says about one (owner, key, day or instants): sums over rows, grouped by PostgreSQL.
 * Loads and deltas have the same grains; in a delta the sums are weighted by -1 for old and +1 for new images.
 */
export interface Grain {
  /** Index into the plan's projections. */
  readonly projection: number;
  /** The owner's key as the database prints it. */
  readonly owner: string;
  /** The group's key as text, where the projection has one. */
  readonly key: string | undefined;
  /** Local day, in days since 2000-01-01 (for a month: its first day), or local hour, in hours since then. Undefined where the projection has none, or where the owner's zone is not known to be good. */
  readonly day: number | undefined;
  /** Exact bounds in microseconds since 1970, clamped to 1900 and 2200, for projections that have them. */
  readonly from: number | undefined;
  readonly until: number | undefined;
  /** One integer per measure: a count, or a sum in units of 10^-scale. */
  readonly values: readonly bigint[];
}

/**
 * Bulk statements or TRUNCATEs of one transaction on one source: images were not kept, so the owner (all owners, if undefined) must be
 * read again.
 */
export interface Reset {
  readonly source: string;
  readonly owner: string | undefined;
  /** How many of the owner's rows they changed; undefined where that was not counted. */
  readonly rows: number | undefined;
  /** Its top-level transaction. */
  readonly xid: bigint;
}

/** A declared event: what happened to one row in one transaction, whatever the number of statements. */
export interface BatchEvent {
  readonly owner: string;
  readonly name: string;
  /** `<source>.<xid>.<row key>`: with the name, the same in every reading and unlike that of anything else. */
  readonly id: string;
  readonly xid: bigint;
  readonly data: JsonObject;
}

/** What a set of rows holds of a row. */
export interface ShownRow {
  /** As `printPosition` (plan/row-order.ts) takes it. */
  readonly place: string;
  readonly data: RowData | "too large";
  /** Of JSON, and some more. */
  readonly bytes: number;
}

/** A row of a channel. Sets go by their places in the plan of the kind, keys as the database prints them. */
export interface ChannelRow {
  readonly channel: string;
  readonly set: number;
  readonly key: string;
  readonly row: ShownRow;
}

/** What became of a row of a channel: it is as `row` says, or there no more. */
export interface ChannelChange extends Omit<ChannelRow, "row"> {
  readonly row: ShownRow | undefined;
  /** It was not there before. */
  readonly isNew: boolean;
}

/** How many times more than before a channel lets somebody in, or, without `who`, exists. */
export interface ChannelWho {
  readonly channel: string;
  readonly who: string | undefined;
  readonly times: number;
}

/** Everything that committed between two database snapshots, as one consistent cut. */
export interface Batch {
  /** Names the database session that read it; positions of different epochs can't be compared. */
  readonly epoch: string;
  /** `pg_current_snapshot()` of the read: the cursor after this batch. */
  readonly snapshot: string;
  /** The database's clock at the read, in microseconds since 1970. */
  readonly clock: number;
  /** Since it was asked for: so old the clock is at most. */
  readonly tookMs?: number;
  readonly grains: readonly Grain[];
  readonly resets: readonly Reset[];
  /** Of the owners whose grains were wanted, in order of commit. */
  readonly events: readonly BatchEvent[];
  /** Owners with so many events that some of theirs are not among {@link events}: those are to be read by themselves. */
  readonly withheld: readonly string[];
  /** Owners whose own row changed in a captured column, was inserted or deleted. */
  readonly dimensions: readonly string[];
  /** Of a kind of channels; undefined where there are none. */
  readonly channels?: ChannelChanges;
}

export interface ChannelChanges {
  /** In order of commit. */
  readonly rows: readonly ChannelChange[];
  readonly who: readonly ChannelWho[];
  /** Those of each client by their `seq`; undefined where there are none. */
  readonly ops?: readonly ChannelOperation[];
}

/** What became of a client's operation, as the ledger has it: in the batch of the rows that it changed, and again where it was repeated. */
export interface ChannelOperation {
  readonly channel: string;
  readonly client: string;
  /** `sub` of whose it is. */
  readonly subject: string;
  readonly seq: number;
  readonly outcome: SettledOutcome;
}

/** An exported snapshot at which a batch was read, open until the sink's promise settles. Loads import it. */
export interface Cut {
  readonly snapshotId: string;
}

/** What the reader needs of a consumer of batches. Calls to one never overlap. */
export interface BatchSink {
  /**
   * A new database session: everything known before is void. Called before its first batch.
   * @param incarnation a secret that all daemons share, another one after a crash or failover of the database
   */
  begin(epoch: string, incarnation: string): void;
  /** Time zones known to be good: the delta is computed for owners in one of these. */
  zones(): readonly string[];
  /** The owners whose grains are wanted; undefined for all. Grains of others may come too; resets and dimensions come of all owners, but resets for what owners look up (owner-lookup.ts) of the wanted ones. */
  owners(): readonly string[] | undefined;
  /** The owners whose grains are wanted, each by its name: where a row's data fail the reading, its owner is looked for among them. */
  named(): readonly string[];
  /**
   * PostgreSQL fails at the rows of these owners, with this error: `owners` names them no more until their rows may be mended. Where there
   * are none, it fails at rows of owners that are not wanted, and `owners` names all that are.
   */
  unreadable(owners: readonly string[], error: unknown): void;
  /** True while owners wait to be loaded: the next batch is then read in a cut. */
  wantsCut(): boolean;
  /** True when this batch can't be folded as it is (resets, dimension changes of watched owners). It is then read again in a cut. */
  needsCut(batch: Batch): boolean;
  /** Folds and publishes; resolves when the reader may read again. Rejects where nothing can be vouched for any more: that ends the epoch. */
  apply(batch: Batch): Promise<void>;
  /** As `apply`, but starts the loads of the owners that need one at the cut; resolves once they have imported it. */
  applyCut(batch: Batch, cut: Cut): Promise<void>;
  /** The session is lost: nothing can be vouched for until the next `begin`, nor since an instant, in microseconds since 1970, where that is earlier than now. */
  lost(reason: string, since?: number): void;
}

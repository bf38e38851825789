/** Loads owners at a snapshot that the reader exported: their own rows, then all projections in one statement. */
import { parseGrain } from "../capture/batch-row.ts";
import type { Grain } from "../capture/batch.ts";
import { readOnSnapshot, type ReadingSession } from "../capture/on-snapshot.ts";
import { lockStatement } from "../capture/statement.ts";
import { errorCode, QUERY_CANCELED } from "../database/reason.ts";
import type { Prepared } from "../database/session.ts";
import type { Sessions } from "../database/session-pool.ts";
import { dayStartsFrom, type ReadDayStarts } from "./day-starts.ts";
import { ownerRowsStatement, readOwnerRows, type OwnerRow } from "./owner-rows.ts";
import { deepened } from "../plan/deepened.ts";
import type { Plan } from "../plan/plan.ts";
import { loadSelects } from "../plan/select.ts";
import type { Slices } from "./slices.ts";
import type { Zones } from "./zones.ts";

export interface LoadRequest {
  /** From `pg_export_snapshot()`. */
  readonly snapshotId: string;
  /** Canonical keys, at most 1000. */
  readonly owners: readonly string[];
  /** How many times as many of ranked rows as the plan says it brings. */
  readonly depth?: number;
  /** The instant that the load is for, in microseconds since 1970: rows that have expired by then may be left out. */
  readonly t: number;
  readonly zones: Zones;
}

export type LoadResult =
  | { readonly kind: "row"; readonly zone: string; readonly currency: string | undefined; readonly grains: Grain[] }
  | { readonly kind: "no row" }
  | { readonly kind: "unknown zone" };

export interface Load {
  /** Settles, without error and within 5 s, once the snapshot is no longer needed. */
  readonly imported: Promise<void>;
  /** By owner, for every owner asked for. */
  readonly owners: Promise<ReadonlyMap<string, LoadResult>>;
}

export interface Loader {
  load(request: LoadRequest): Load;
}

export interface SnapshotLoaderOptions {
  readonly plan: Plan;
  readonly sessions: Sessions<ReadingSession>;
  readonly slices: Slices;
  /**
   * How long a statement of a load may take, in milliseconds, unless it is of one owner alone that is known to need longer; without it, as
   * long as the session lets a statement. A load whose session has gone silent is given up by then.
   */
  readonly timeoutMs?: number;
}

export class SnapshotLoader implements Loader {
  readonly #options: SnapshotLoaderOptions;
  readonly #lock: string;
  readonly #ownerRows: Prepared;
  readonly #grains = new Map<number, Prepared>();
  /** Owners whose rows took longer to read, alone, than a load may take: the next time they get as long as it needs. */
  readonly #slow = new Set<string>();

  constructor(options: SnapshotLoaderOptions) {
    const { plan } = options;
    this.#options = options;
    this.#lock = lockStatement(plan.tables);
    this.#ownerRows = ownerRowsStatement(plan.kind, plan.owner);
  }

  load(request: LoadRequest): Load {
    const { imported, result } = readOnSnapshot({
      sessions: this.#options.sessions,
      snapshotId: request.snapshotId,
      lock: this.#lock,
      timeoutMs: this.#timeoutOf(request),
      read: async (session) => this.#read(session, request),
    });
    const owners = result.catch((error: unknown) => {
      this.#noteSlow(request, error);
      throw error;
    });
    return { imported, owners };
  }

  /** How long each statement of a load may take on the server; undefined: as long as the session lets it. */
  #timeoutOf({ owners }: LoadRequest): number | undefined {
    return owners.length === 1 && this.#slow.has(owners[0] ?? "") ? undefined : this.#options.timeoutMs;
  }

  #noteSlow({ owners }: LoadRequest, error: unknown): void {
    const [owner] = owners;
    if (owners.length === 1 && owner !== undefined && errorCode(error) === QUERY_CANCELED) this.#slow.add(owner);
  }

  async #read(session: ReadingSession, request: LoadRequest): Promise<Map<string, LoadResult>> {
    const rows = await readOwnerRows(session, this.#ownerRows, request.owners);
    const good = await this.#goodZones(session, rows, request.zones);
    const loaded = new Map<string, LoadResult>(request.owners.map((owner) => [owner, { kind: "no row" }]));
    const known: string[] = [];
    for (const { owner, zone, currency } of rows) {
      if (zone === undefined || !good.has(zone)) loaded.set(owner, { kind: "unknown zone" });
      else {
        loaded.set(owner, { kind: "row", zone, currency, grains: [] });
        known.push(owner);
      }
    }
    if (known.length > 0) await this.#readGrains(session, known, request, [...good], loaded);
    return loaded;
  }

  async #goodZones(session: ReadingSession, rows: readonly OwnerRow[], zones: Zones): Promise<Set<string>> {
    const read = underSavepoint(session);
    const good = new Set<string>();
    for (const zone of new Set(rows.map((row) => row.zone))) {
      if (zone !== undefined && (await zones.confirm(zone, session, read))) good.add(zone);
    }
    return good;
  }

  async #readGrains(
    session: ReadingSession,
    owners: readonly string[],
    { t, depth = 1 }: LoadRequest,
    zones: readonly string[],
    into: ReadonlyMap<string, LoadResult>,
  ): Promise<void> {
    const statement = this.#grains.get(depth) ?? grainsStatement(this.#options.plan, depth);
    this.#grains.set(depth, statement);
    const rows = await session.rows(statement, [owners, t, zones]);
    const work = this.#options.slices.begin();
    const keys = new Map<string, string>();
    for (const row of rows) {
      const grain = parseGrain(Number(row[0]), row, shared(row[2], keys));
      const owner = into.get(grain.owner);
      if (owner?.kind === "row") owner.grains.push(grain);
      if (work.isDue) await work.turn();
    }
  }
}

/** The driver makes a text for each value. The keys of groups stay with the owners, and most are of several grains and of several owners. */
function shared(key: string | null | undefined, keys: Map<string, string>): string | undefined {
  if (key === null || key === undefined) return undefined;
  const known = keys.get(key);
  if (known === undefined) keys.set(key, key);
  return known ?? key;
}

function grainsStatement(plan: Plan, depth: number): Prepared {
  return {
    name: `deltad_load_${plan.kind}${depth === 1 ? "" : `_${depth}`}`,
    text: loadSelects(deepened(plan, depth))
      .map((select) => `(${select})`)
      .join("\nunion all\n"),
  };
}

/** A failure must not end the transaction. */
function underSavepoint(session: ReadingSession): ReadDayStarts {
  const read = dayStartsFrom(session);
  return async (zones, days, unit) => {
    await session.script("savepoint zone");
    try {
      return await read(zones, days, unit);
    } finally {
      await session.script("rollback to savepoint zone");
    }
  };
}

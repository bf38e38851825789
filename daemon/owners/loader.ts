/**
 * Loads owners at a snapshot that the reader exported, on another session: their own rows, then all projections in one statement.
 *
 * The tables are locked in ACCESS SHARE mode while the reader still holds the same locks, so that no table is rewritten between the
 * snapshot and the reading. An ALTER TABLE that queues for its lock in between would wait for the reader, the load for it, and the
 * reader for the load, unseen by PostgreSQL: hence a short lock_timeout, after which the load fails and is tried again later.
 */
import { parseGrain } from "../capture/batch-row.ts";
import type { Grain } from "../capture/batch.ts";
import { lockStatement } from "../capture/statement.ts";
import { within } from "../database/deadline.ts";
import { errorCode, QUERY_CANCELED } from "../database/reason.ts";
import type { Prepared, TextRow, TextSession } from "../database/session.ts";
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

interface LoadSession extends TextSession {
  rows(statement: Prepared, values: readonly unknown[], timeoutMs?: number): Promise<TextRow[]>;
  script(text: string, timeoutMs?: number): Promise<void>;
}

export interface SnapshotLoaderOptions {
  readonly plan: Plan;
  readonly sessions: Sessions<LoadSession>;
  readonly slices: Slices;
  /**
   * How long a statement of a load may take, in milliseconds, unless it is of one owner alone that is known to need longer; without it, as
   * long as the session lets a statement. A load whose session has gone silent is given up by then.
   */
  readonly timeoutMs?: number;
}

/** Nothing but ACCESS EXCLUSIVE makes a load wait, and then the application's writes wait as well: give way at once. */
const LOCK_TIMEOUT_MS = 200;
/** As long as a session may take to connect. A cut waits for no load longer, nor could it: it hears of nothing meanwhile. */
const IMPORT_MS = 5_000;
/** The server's own limit on a statement comes first; this side's is for a session that has gone silent. */
const MARGIN_MS = 500;

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
    let settle = (): void => undefined;
    const imported = new Promise<void>((resolve) => {
      settle = resolve;
    });
    let isLate = false;
    const inTime = within(IMPORT_MS, "a session that loads", imported).catch(() => {
      isLate = true;
    });
    const owners = this.#options.sessions
      .run(async (session) => {
        if (!isLate) await this.#import(session, request);
        // The reader may have let its locks go before this session had them.
        if (isLate) throw new Error(`no session took the snapshot within ${IMPORT_MS} ms`);
        settle();
        const limited = withTimeout(session, this.#timeoutOf(request));
        const loaded = await this.#read(limited, request);
        await limited.script("commit");
        return loaded;
      })
      .catch((error: unknown) => {
        this.#noteSlow(request, error);
        throw error;
      })
      .finally(settle);
    return { imported: inTime, owners };
  }

  /** How long each statement of a load may take on the server; undefined: as long as the session lets it. */
  #timeoutOf({ owners }: LoadRequest): number | undefined {
    return owners.length === 1 && this.#slow.has(owners[0] ?? "") ? undefined : this.#options.timeoutMs;
  }

  #noteSlow({ owners }: LoadRequest, error: unknown): void {
    const [owner] = owners;
    if (owners.length === 1 && owner !== undefined && errorCode(error) === QUERY_CANCELED) this.#slow.add(owner);
  }

  async #import(session: LoadSession, request: LoadRequest): Promise<void> {
    const { snapshotId } = request;
    const timeoutMs = this.#timeoutOf(request);
    await session.script(
      [
        "begin isolation level repeatable read read only",
        ...(timeoutMs === undefined ? [] : [`set local statement_timeout = ${timeoutMs}`]),
        `set transaction snapshot '${snapshotId.replaceAll("'", "''")}'`,
        `set local lock_timeout = ${LOCK_TIMEOUT_MS}`,
        this.#lock,
      ].join("; "),
      IMPORT_MS,
    );
  }

  async #read(session: LoadSession, request: LoadRequest): Promise<Map<string, LoadResult>> {
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

  async #goodZones(session: LoadSession, rows: readonly OwnerRow[], zones: Zones): Promise<Set<string>> {
    const read = underSavepoint(session);
    const good = new Set<string>();
    for (const zone of new Set(rows.map((row) => row.zone))) {
      if (zone !== undefined && (await zones.confirm(zone, session, read))) good.add(zone);
    }
    return good;
  }

  async #readGrains(
    session: LoadSession,
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

/** The same session, of which a statement that has no answer by then is given up, and the session with it. */
function withTimeout(session: LoadSession, timeoutMs: number | undefined): LoadSession {
  if (timeoutMs === undefined) return session;
  return {
    rows: (statement, values) => session.rows(statement, values, timeoutMs + MARGIN_MS),
    script: (text) => session.script(text, timeoutMs + MARGIN_MS),
  };
}

/** A failure must not end the transaction. */
function underSavepoint(session: LoadSession): ReadDayStarts {
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

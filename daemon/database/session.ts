/**
 * One database session, set up the same way everywhere: named, in UTC, at an explicit isolation level, with time limits.
 *
 * - `open` refuses servers on which deltad can't work (refusal.ts) with a ConfigError.
 * - The loss of a session is reported once, to `onLost`; statements under way reject as well.
 * - `close` is bounded and idempotent: a peer that does not answer is cut off.
 * - No error made here holds the URL, whose password it may carry.
 */
import { Socket } from "node:net";
import pg from "pg";
import { ConfigError } from "../config/errors.ts";
import { connectAdvice, unusableUrl } from "./connect-advice.ts";
import { within } from "./deadline.ts";
import { reasonOf } from "./reason.ts";
import { refusePooler, refuseServer } from "./refusal.ts";

const CONNECT_MS = 5_000;
const CLOSE_MS = 1_000;
/** Below what firewalls and load balancers forget a silent connection after. The system's default is two hours. */
const KEEP_ALIVE_MS = 10_000;

export interface SessionOptions {
  readonly url: string;
  /** Shown as `deltad/<role>` in pg_stat_activity. */
  readonly role: string;
  /** How long one statement may take on the server, and how long this side waits for its reply. */
  readonly statementTimeoutMs: number;
  /** Further settings of the session, by name. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A statement that is parsed once per session. */
export interface Prepared {
  readonly name: string;
  readonly text: string;
}

/** A row as PostgreSQL's text forms, in column order. */
export type TextRow = readonly (string | null)[];

/** A session that runs one statement and gives its rows as objects. */
export interface Queryable {
  query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** A session that answers in PostgreSQL's text forms. */
export interface TextSession {
  rows(statement: Prepared, values: readonly unknown[]): Promise<TextRow[]>;
}

const asText = { getTypeParser: () => (value: unknown) => value };

export class Session implements Queryable, TextSession {
  readonly #client: pg.Client;
  readonly #socket: Socket;
  readonly #statementTimeoutMs: number;
  readonly #lostListeners: ((reason: string) => void)[] = [];
  #pid = 0;
  /** Settles, without error, when the latest statement is over. */
  #underWay: Promise<void> | undefined;
  #ended = false;
  #closing: Promise<void> | undefined;

  /** Throws ConfigError for the operator's mistakes, another Error where trying again may help. */
  static async open(options: SessionOptions): Promise<Session> {
    const session = new Session(options);
    try {
      await session.#connect();
      await session.#prepare(options);
      return session;
    } catch (error) {
      await session.close();
      if (error instanceof ConfigError) throw error;
      const advice = connectAdvice(error);
      const reason = `cannot open a database session at ${session.#address()}: ${reasonOf(error)}${advice ? `; ${advice.remedy}` : ""}`;
      throw advice?.isOperators ? new ConfigError(reason) : new Error(reason, { cause: error });
    }
  }

  private constructor(options: SessionOptions) {
    this.#statementTimeoutMs = options.statementTimeoutMs;
    this.#socket = new Socket();
    this.#client = createClient(options, this.#socket);
    this.#client.on("error", (error) => this.#end(reasonOf(error)));
    this.#client.on("end", () => this.#end("the connection ended"));
  }

  /** The backend's process id at the start of the session. */
  get pid(): number {
    return this.#pid;
  }

  get isOpen(): boolean {
    return !this.#ended && this.#closing === undefined;
  }

  /** Called for every notification on a channel that this session listens to, with what it carries. */
  onNotification(listener: (payload: string) => void): void {
    this.#client.on("notification", ({ payload }) => listener(payload ?? ""));
  }

  /** Called at most once, and never after `close`. */
  onLost(listener: (reason: string) => void): void {
    this.#lostListeners.push(listener);
  }

  /** Runs one statement; rows as objects with node-postgres' usual types (bigint and numeric as text). */
  async query<Row = Record<string, unknown>>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const result = await this.#inTurn(() => this.#client.query<pg.QueryResultRow>(text, [...values]));
    return result.rows as Row[];
  }

  /** Runs statements without parameters in one round trip, in a time of its own if given. */
  async script(text: string, timeoutMs?: number): Promise<void> {
    await this.#inTurn(() => this.#client.query(text), timeoutMs);
  }

  /** Runs a prepared statement, in a time of its own if given; every value as PostgreSQL's text. */
  async rows(statement: Prepared, values: readonly unknown[], timeoutMs?: number): Promise<TextRow[]> {
    const config = { ...statement, values: [...values], rowMode: "array" as const, types: asText };
    return (await this.#inTurn(() => this.#client.query<(string | null)[]>(config), timeoutMs)).rows;
  }

  close(): Promise<void> {
    this.#closing ??= within(CLOSE_MS, "a closing session", this.#client.end())
      .catch(() => undefined)
      .finally(() => this.#socket.destroy());
    return this.#closing;
  }

  /**
   * One statement after another, in the order of the calls. The server's own limit comes first; this one is for a peer that has
   * gone silent, to which nothing more is said.
   */
  async #inTurn<T>(send: () => Promise<T>, timeoutMs = this.#statementTimeoutMs + 500): Promise<T> {
    const reply = this.#underWay === undefined ? send() : this.#underWay.then(send);
    const over = reply.then(
      () => undefined,
      () => undefined,
    );
    this.#underWay = over;
    try {
      return await within(timeoutMs, "PostgreSQL", reply, (late) => this.#socket.destroy(late));
    } finally {
      if (this.#underWay === over) this.#underWay = undefined;
    }
  }

  async #connect(): Promise<void> {
    await within(CONNECT_MS, "the server", this.#client.connect());
  }

  async #prepare(options: SessionOptions): Promise<void> {
    const [facts] = await this.query<{ pid: number; standby: boolean; version: number }>(
      "select pg_backend_pid() as pid, pg_is_in_recovery() as standby, current_setting('server_version_num')::int as version",
    );
    if (!facts) throw new Error("the server did not say what it is");
    refuseServer({ versionNumber: facts.version, inRecovery: facts.standby });
    this.#pid = facts.pid;
    const settings = Object.entries({
      TimeZone: "UTC",
      DateStyle: "ISO, YMD",
      // What a database or a role may be set to must change neither texts nor the meaning of a condition, from one session to the next.
      IntervalStyle: "postgres",
      bytea_output: "hex",
      extra_float_digits: "1",
      lc_monetary: "C",
      lc_numeric: "C",
      lc_time: "C",
      standard_conforming_strings: "on",
      transform_null_equals: "off",
      // A function that somebody made in another schema could fit a call better than PostgreSQL's own.
      search_path: "pg_catalog, pg_temp",
      default_transaction_isolation: "read committed",
      default_transaction_read_only: "off",
      statement_timeout: String(options.statementTimeoutMs),
      idle_in_transaction_session_timeout: "10s",
      ...options.settings,
    });
    const [second] = await this.query<{ pid: number }>(
      `select pg_backend_pid() as pid, ${settings.map((_, i) => `set_config($${2 * i + 1}, $${2 * i + 2}, false)`).join(", ")}`,
      settings.flat(),
    );
    refusePooler(second?.pid !== facts.pid);
  }

  #end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#closing) return;
    for (const listener of this.#lostListeners) listener(reason);
  }

  #address(): string {
    return `${this.#client.host}:${this.#client.port}/${this.#client.database ?? ""}`;
  }
}

function createClient(options: SessionOptions, socket: Socket): pg.Client {
  try {
    return new pg.Client({
      connectionString: options.url,
      application_name: `deltad/${options.role}`,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      stream: () => socket,
    });
  } catch (error) {
    throw unusableUrl(error);
  }
}

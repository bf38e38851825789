/** The boards of test/boards: their tables and deltad's objects in a database, and what does operations on them as a daemon does. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Answer, Operation } from "../../protocol/operation.ts";
import { SessionPool } from "../../daemon/database/session-pool.ts";
import { loadDefinitionFile } from "../../daemon/define/definition-file.ts";
import { type Compiled, compileKinds } from "../../daemon/plan/compile.ts";
import { Operator, type Writer } from "../../daemon/writes/operator.ts";
import { daemonLogin } from "./install.ts";
import { createMarketplace } from "./running-daemon.ts";
import type { TestDatabase, TestServer } from "./servers.ts";

const at = (path: string): string => fileURLToPath(new URL(`../../../test/boards/${path}`, import.meta.url));

export const BOARDS_CONFIG = at("deltad.config.ts");
export const BOARDS_SCHEMA = readFileSync(at("schema.sql"), "utf8");
export const BOARDS = { schema: BOARDS_SCHEMA, configFile: BOARDS_CONFIG };

/** A board 1 that ana and bob edit and cid sees, a board 2 of dan's. */
export const BOARD_ROWS = `
  insert into accounts values (7);
  insert into boards values (1, 7, 'ana', 'one'), (2, 7, 'dan', 'two');
  insert into board_members values (1, 'ana', 'owner'), (1, 'bob', 'editor'), (1, 'cid', 'viewer'), (2, 'dan', 'editor');
  insert into metrics_known values ('sales');
  insert into widgets (id, board_id, title, created_by)
  select ('00000000-0000-4000-8000-00000000000' || n)::uuid, case when n < 5 then 1 else 2 end, 'w' || n, 'ana' from generate_series(1, 6) n;`;

/** The key of one of the six widgets, of which 1 to 4 are on board 1. */
export function widget(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
}

/** A client's UUID. */
export function clientId(n: number): string {
  return `00000000-0000-4000-9000-${String(n).padStart(12, "0")}`;
}

export interface Boards {
  readonly database: TestDatabase;
  /** With a daemon's rights and no more. */
  readonly daemonUrl: string;
  readonly compiled: Compiled;
}

export async function openBoards(server: TestServer): Promise<Boards> {
  const database = await server.createDatabase();
  await createMarketplace(database, BOARDS);
  await database.query(BOARD_ROWS);
  return {
    database,
    daemonUrl: await daemonLogin(database),
    compiled: compileKinds(await loadDefinitionFile(BOARDS_CONFIG)),
  };
}

/** What a client would ask for: all but what says whose it is. */
export type Asked = Operation extends infer One ? (One extends Operation ? Omit<One, "seq" | "topic"> : never) : never;

/** A daemon's part that does operations, and clients of it. */
export class Operators {
  readonly #pool: SessionPool;
  readonly #operator: Operator;
  readonly #compiled: Compiled;
  /** What was said in the log. */
  readonly warned: string[] = [];

  constructor({ daemonUrl, compiled }: Pick<Boards, "daemonUrl" | "compiled">, sessions = 4) {
    const settings = { jit: "off", lock_timeout: "2000" };
    this.#pool = new SessionPool({ url: daemonUrl, role: "writes", statementTimeoutMs: 20_000, settings }, sessions);
    const quiet = (): void => undefined;
    this.#operator = new Operator({
      sessions: this.#pool,
      plans: compiled.channels,
      log: {
        debug: quiet,
        info: quiet,
        error: quiet,
        warn: (fields, message) => void this.warned.push(`${message} ${JSON.stringify(fields)}`),
      },
    });
    this.#compiled = compiled;
  }

  /** @param first the number of the first of them */
  operate(
    subject: string,
    client: number,
    first: number,
    asked: readonly Asked[],
    { isAtomic = false, board = "1", ...more }: { isAtomic?: boolean; board?: string } & Partial<Writer> = {},
  ): Promise<readonly Answer[]> {
    const plan = this.#compiled.channels.find(({ kind }) => kind === "board");
    if (plan === undefined) throw new Error("no boards are declared");
    return this.#operator.operate(
      { subject, topics: [], ...more },
      {
        client: clientId(client),
        isAtomic,
        operations: asked.map((one, n) => ({
          operation: { seq: first + n, topic: `board:${board}`, ...one },
          at: { plan, key: board },
        })),
      },
    );
  }

  /** What became of them, without whose they are. */
  async outcomes(...asked: Parameters<Operators["operate"]>): Promise<readonly object[]> {
    return (await this.operate(...asked)).map(({ client: _client, seq: _seq, ...outcome }) => outcome);
  }

  stop(): Promise<void> {
    return this.#pool.stop();
  }
}

export const set = (n: number, register: string, value: object, base?: object): Asked =>
  ({ op: "set", rows: "widgets", key: widget(n), register, value, ...(base === undefined ? {} : { base }) }) as Asked;

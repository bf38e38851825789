/** The shop of test/holes with a daemon on it and a subscribed client, for tests that change its tables behind deltad's back. */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { HEARTBEAT } from "../../daemon/capture/capture-options.ts";
import { readConfig } from "../../daemon/config/config.ts";
import { type RunningDaemon, startDaemon } from "../../daemon/daemon.ts";
import { freePort } from "../../daemon/database/cluster.ts";
import { applyPatch } from "../../daemon/topics/owner/merge.ts";
import type { JsonObject } from "../../protocol/json.ts";
import { eventually, pause } from "./real-time.ts";
import { recordingLog } from "./run-reader.ts";
import type { TestDatabase } from "./servers.ts";
import { applyShop, SHOP_CONFIG, SHOP_SCHEMA } from "./shop-database.ts";
import { type DownOf, TestSocket } from "./socket.ts";
import { SECRET, token } from "./tokens.ts";

const EVERY_MS = 250;

const ROWS = `
  insert into shops (id) values (1), (2);
  insert into orders (shop_id, amount, status, placed_on)
  select 1 + n % 2, n, case when n % 3 = 0 then 'paid' else 'open' end::order_status, date '2026-01-15' + n
    from generate_series(1, 100) n;
  insert into payments (shop_id, amount) select 1 + n % 2, n from generate_series(1, 100) n;`;

/** What a superuser does to a database in which nobody may create event triggers. */
const WITHOUT_EVENT_TRIGGERS = `
  do $$ declare name text; begin
    for name in select evtname from pg_event_trigger where evtname like 'deltad%' loop
      execute format('drop event trigger %I', name);
    end loop;
  end $$`;

/** How a daemon learns of DDL; `prepare` has it so. */
export const WAYS = [
  { way: "event triggers", prepare: "" },
  { way: "heartbeats alone", prepare: WITHOUT_EVENT_TRIGGERS },
] as const;

export interface Shown {
  readonly metrics: JsonObject;
  readonly stale: DownOf<"stale"> | undefined;
}

export class ShopRig {
  readonly database: TestDatabase;
  /** Everything that the daemon logged, as JSON lines. */
  readonly logged: string[];
  readonly socket: TestSocket;
  readonly port: number;
  readonly #daemon: RunningDaemon;
  readonly #prepare: string;

  private constructor(
    database: TestDatabase,
    logged: string[],
    socket: TestSocket,
    port: number,
    daemon: RunningDaemon,
    prepare: string,
  ) {
    this.database = database;
    this.logged = logged;
    this.socket = socket;
    this.port = port;
    this.#daemon = daemon;
    this.#prepare = prepare;
  }

  /** Tables, rows, deltad's objects, a daemon and a client of shop 1 that shows what is so. */
  static async open(
    database: TestDatabase,
    prepare = "",
    environment: Readonly<Record<string, string>> = {},
  ): Promise<ShopRig> {
    await database.query(SHOP_SCHEMA);
    await database.query(ROWS);
    await applyShop(database);
    if (prepare !== "") await database.query(prepare);
    return ShopRig.follow(database, prepare, environment);
  }

  /** A daemon and a client on a shop that is there already. */
  static async follow(
    database: TestDatabase,
    prepare = "",
    environment: Readonly<Record<string, string>> = {},
  ): Promise<ShopRig> {
    const logged: string[] = [];
    const port = await freePort();
    const config = readConfig({
      DATABASE_URL: database.url,
      DELTAD_CONFIG: SHOP_CONFIG,
      DELTAD_PORT: String(port),
      DELTAD_JWT_SECRET: SECRET,
      ...environment,
    });
    const daemon = await startDaemon({
      config,
      log: recordingLog(logged),
      tuning: { heartbeat: { ...HEARTBEAT, everyMs: EVERY_MS } },
    });
    const socket = await TestSocket.welcomed(port, token({ ownerId: "1" }, Date.now()));
    await socket.subscribe("1");
    const rig = new ShopRig(database, logged, socket, port, daemon, prepare);
    await rig.untilTrue();
    return rig;
  }

  /** As the test's superuser: `deltad migrate apply`. Gives the names of the steps that were applied. */
  async apply(configFile = SHOP_CONFIG): Promise<string[]> {
    const applied = await applyShop(this.database, configFile);
    if (this.#prepare !== "") await this.database.query(this.#prepare);
    return applied;
  }

  /** What the client shows. */
  get shown(): Shown {
    let metrics: JsonObject = {};
    let stale: Shown["stale"];
    for (const frame of this.socket.frames) {
      if (frame.type === "snapshot") metrics = frame.data;
      if (frame.type === "metrics_updated") metrics = applyPatch(metrics, frame.data);
      if (frame.type === "stale") stale = frame;
      if (frame.type === "live") stale = undefined;
    }
    return { metrics, stale };
  }

  /** Every `stale` that the client was told. */
  get staleFrames(): readonly DownOf<"stale">[] {
    return this.socket.frames.filter((frame) => frame.type === "stale");
  }

  /** The document that SQL finds. */
  async truth(): Promise<JsonObject> {
    const [row] = await this.database.query<{ truth: JsonObject }>(TRUTH);
    return row?.truth ?? {};
  }

  /** In microseconds since 1970. */
  async databaseClock(): Promise<number> {
    const [row] = await this.database.query<{ us: string }>(
      "select (extract(epoch from clock_timestamp()) * 1000000)::bigint::text as us",
    );
    return Number(row?.us);
  }

  /** The status of /readyz. */
  async readyz(): Promise<number> {
    return (await fetch(`http://127.0.0.1:${this.port}/readyz`)).status;
  }

  /** Waits until the client shows, live, what SQL says. */
  async untilTrue(): Promise<void> {
    let seen = "";
    await eventually(
      () => `the client to show what is so: ${seen}; ${this.logged.slice(-3).join(" ")}`,
      async () => {
        const { metrics, stale } = this.shown;
        const truth = await this.truth();
        seen = JSON.stringify({ metrics, stale, truth });
        return stale === undefined && isDeepStrictEqual(JSON.parse(JSON.stringify(metrics)), truth);
      },
    );
  }

  /** Waits until the client is told that nobody vouches for what it shows. */
  async untilStale(): Promise<DownOf<"stale">> {
    await eventually("the client to be told that its owner is stale", () => this.shown.stale !== undefined);
    const { stale } = this.shown;
    assert.ok(stale);
    return stale;
  }

  /** Waits for a line of the log. */
  async untilLogged(pattern: RegExp): Promise<void> {
    await eventually(
      () => `${String(pattern)} in ${this.logged.join("\n")}`,
      () => this.logged.some((line) => pattern.test(line)),
    );
  }

  /** Heartbeats have passed: what they notice is noticed. */
  async heartbeats(count = 3): Promise<void> {
    await pause(count * EVERY_MS, "silence");
  }

  async stop(): Promise<void> {
    this.socket.terminate();
    await this.#daemon.stop();
  }
}

const TRUTH = `
  select json_build_object(
           'currency', s.currency,
           'orders', (select json_build_object('total', count(*), 'amount', coalesce(sum(amount), 0.00)::text,
                             'byStatus', (select coalesce(json_object_agg(status, n), '{}')
                                            from (select status, count(*) as n from orders where shop_id = s.id group by status) g))
                        from orders where shop_id = s.id),
           'payments', (select json_build_object('total', count(*), 'amount', coalesce(sum(amount), 0.00)::text)
                          from payments where shop_id = s.id)) as truth
    from shops s where id = 1`;

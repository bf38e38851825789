/** Rows that PostgreSQL can't compute with, on the whole daemon: their own owner is stale for them, and nobody else notices. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { readConfig } from "../../daemon/config/config.ts";
import { type RunningDaemon, startDaemon } from "../../daemon/daemon.ts";
import { freePort } from "../../daemon/database/cluster.ts";
import { recomputeSelect } from "../../daemon/verify/recompute.ts";
import { verifyOwners } from "../../daemon/verify/verify-owners.ts";
import type { JsonObject } from "../../protocol/json.ts";
import { ownerTopic } from "../../protocol/topic.ts";
import { FALLIBLE, FALLIBLE_PLAN } from "../support/fallible.ts";
import { eventually } from "../support/real-time.ts";
import { createMarketplace } from "../support/running-daemon.ts";
import { recordingLog } from "../support/run-reader.ts";
import { onEachServer, type TestDatabase } from "../support/servers.ts";
import { type DownOf, TestSocket } from "../support/socket.ts";
import { SECRET, token } from "../support/tokens.ts";

const TENANTS = 300;
/** More than a reading names. */
const WATCHED = Array.from({ length: 280 }, (_, at) => String(at + 1));

await onEachServer("A row that a condition fails at", (server) => {
  let database: TestDatabase;
  let daemon: RunningDaemon;
  let port: number;
  const logged: string[] = [];

  before(async () => {
    database = await server.createDatabase();
    await createMarketplace(database, FALLIBLE);
    await database.query(`insert into tenants (id) select generate_series(1, ${TENANTS})`);
    port = await freePort();
    const config = readConfig({
      DATABASE_URL: database.url,
      DELTAD_CONFIG: FALLIBLE.configFile,
      DELTAD_PORT: String(port),
      DELTAD_JWT_SECRET: SECRET,
      DELTAD_MESSAGES_PER_SECOND: "1000",
    });
    daemon = await startDaemon({ config, log: recordingLog(logged) });
  });
  after(() => daemon.stop());

  const connect = (): Promise<TestSocket> => TestSocket.welcomed(port, token({ role: "admin" }, Date.now()));
  const readiness = async (): Promise<number> => (await fetch(`http://127.0.0.1:${port}/readyz`)).status;

  const order = (tenant: number | string, columns: Readonly<Record<string, number>> = {}) =>
    database.query(
      `insert into orders (${["tenant_id", ...Object.keys(columns)].join(", ")}) values (${[tenant, ...Object.values(columns)].join(", ")})`,
    );

  async function untilTotal(socket: TestSocket, tenant: string, total: number): Promise<void> {
    for (;;) {
      const { topic, data } = await socket.next("metrics_updated");
      if (topic === ownerTopic(tenant) && (data["orders"] as JsonObject)["total"] === total) return;
    }
  }

  async function stale(socket: TestSocket, tenant: string): Promise<void> {
    const { topic, reason } = await socket.next("stale");
    assert.deepEqual([topic, reason], [ownerTopic(tenant), "bad_row"]);
  }

  async function live(socket: TestSocket, tenant: string, orders: JsonObject): Promise<DownOf<"snapshot">> {
    const snapshot = await socket.next("snapshot");
    assert.deepEqual([snapshot.topic, snapshot.data], [ownerTopic(tenant), { orders, notes: { each: {} } }]);
    assert.equal((await socket.next("live")).topic, ownerTopic(tenant));
    return snapshot;
  }

  function assertOthersUntouched(socket: TestSocket, tenant: string): void {
    const told = socket.frames.filter((frame) => frame.type === "stale").map(({ topic }) => topic);
    assert.deepEqual([...new Set(told)], [ownerTopic(tenant)]);
    assert.deepEqual(
      logged.filter((line) => line.includes("reading changes failed")),
      [],
    );
  }

  it("written while its owner is watched: that owner is stale, the others go on; mended, it is live and right", async () => {
    const socket = await connect();
    for (const tenant of ["1", "2", "3"]) await socket.subscribe(tenant);
    await Promise.all([order(2, { amount: 0 }), order(1), order(3)]);
    await stale(socket, "2");
    await order(1);
    await untilTotal(socket, "1", 2);
    await order(2, { amount: 5 });
    await order(1);
    await untilTotal(socket, "1", 3);
    assert.equal(await readiness(), 200);
    assertOthersUntouched(socket, "2");
    assert.ok(
      logged.some((line) => /the rows of owner 2.*nullif\(…, 0\)/.test(line)),
      logged.join("\n"),
    );

    await database.query("update orders set amount = 25 where amount = 0");
    await live(socket, "2", { total: 2, small: 1 });
    await order(2);
    await untilTotal(socket, "2", 3);
    assertOthersUntouched(socket, "2");
    socket.terminate();
  });

  it("there before its owner is watched: that owner is stale, whoever is loaded with it is not", async () => {
    await order(12, { amount: 0 });
    const socket = await connect();
    for (const tenant of ["11", "12", "13"]) socket.say({ type: "subscribe", id: tenant, topic: ownerTopic(tenant) });
    await eventually("two of three to be loaded, and one to be stale", () => {
      const loaded = socket.frames.filter((frame) => frame.type === "snapshot").map(({ topic }) => topic);
      const reasons = socket.frames.filter((frame) => frame.type === "stale").map(({ reason }) => reason);
      return loaded.includes("owner:11") && loaded.includes("owner:13") && reasons.includes("bad_row");
    });
    await database.query("delete from orders where amount = 0");
    await eventually("the third to be loaded", () =>
      socket.frames.some((frame) => frame.type === "live" && frame.topic === "owner:12"),
    );
    socket.terminate();
  });

  it("in an event alone: its owner's others are told, and that owner that something may be missing", async () => {
    const socket = await connect();
    for (const tenant of ["21", "22"]) await socket.subscribe(tenant);
    await Promise.all([order(22, { share: 0 }), order(21)]);
    assert.equal((await socket.nextEvent("order_placed")).topic, "owner:21");
    const frames = (): DownOf<"snapshot">[] =>
      socket.frames.filter((frame) => frame.type === "snapshot").filter(({ topic }) => topic === "owner:22");
    await eventually("the owner to be shown again", () => frames().length === 2);
    assert.deepEqual(
      [frames()[1]?.data, frames()[1]?.recovered],
      [{ orders: { total: 1, small: 1 }, notes: { each: {} } }, false],
    );
    await order(22);
    assert.equal((await socket.nextEvent("order_placed")).topic, "owner:22");
    assertOthersUntouched(socket, "22");
    socket.terminate();
  });

  it("of an owner that nobody watches, where too many are watched to be named: nobody notices", async () => {
    const socket = await connect();
    for (const tenant of WATCHED) socket.say({ type: "subscribe", id: tenant, topic: ownerTopic(tenant) });
    await eventually(
      "all to be loaded",
      () => socket.frames.filter(({ type }) => type === "snapshot").length === WATCHED.length,
    );
    await order(299, { amount: 0 });
    await Promise.all([order(31), order(299, { amount: 0 })]);
    await untilTotal(socket, "31", 1);
    await order(32, { amount: 0 });
    await stale(socket, "32");
    await order(31);
    await untilTotal(socket, "31", 2);
    assertOthersUntouched(socket, "32");
    socket.terminate();
  });

  it("is not met when another owner's rows are computed a second way", async () => {
    await order(42, { amount: 0 });
    await order(41);
    // Of so many owners PostgreSQL thinks that it costs more to look whose a row is than to divide.
    const others = WATCHED.slice(42, 49);
    const rows = await database.query<{ kind: string; owner: string; value: string }>(recomputeSelect(FALLIBLE_PLAN), [
      ["41", ...others],
      "0",
    ]);
    const found = rows.filter(({ owner }) => owner === "41").map(({ kind, value }) => `${kind} ${value}`);
    assert.deepEqual(found, ["owner null", "accumulator 1", "accumulator 1"]);
    await database.query("delete from orders where amount = 0");
  });

  it("keeps no other owner from being verified, and is told", async () => {
    await order(52, { amount: 0 });
    await Promise.all([order(51), order(53)]);
    const verdict = await verifyOwners({
      url: database.url,
      plan: FALLIBLE_PLAN,
      choice: { kind: "named", owners: ["51", "52", "53"] },
      daemon: undefined,
      check: async () => [],
      collectMs: 0,
      sleep: async () => undefined,
      progress: () => undefined,
      stopping: new AbortController().signal,
    });
    const { compared, differing, unreadable, unsettled } = verdict;
    assert.deepEqual([compared, differing, unreadable, unsettled], [2, 0, ["52"], []]);
    await database.query("delete from orders where amount = 0");
  });
});

import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import pg from "pg";
import type { Bus } from "../../../daemon/bus/bus.ts";
import { connectPostgres, NOTIFY_BETWEEN_MS } from "../../../daemon/bus/postgres-connection.ts";
import { connectedBus, keepsTheContract, startBus, understandEachOther } from "../../support/bus-contract.ts";
import { startPeers } from "../../support/heard-peers.ts";
import { Proxy } from "../../support/proxy.ts";
import { eventually } from "../../support/real-time.ts";
import { databaseOn, onEachServer, startCluster, type TestDatabase } from "../../support/servers.ts";

const SECRET = "5e".repeat(32);

const open = (url: string): Bus => connectedBus(connectPostgres(url), NOTIFY_BETWEEN_MS);

await onEachServer("a bus by PostgreSQL", (server) => {
  let database: TestDatabase;
  before(async () => {
    database = await server.createDatabase();
  });

  keepsTheContract(() => open(database.url));

  it("that is absent at the start, or whose session is ended, is said to be, and used as soon as it is there", async () => {
    const later = new URL(database.url);
    later.pathname = `${later.pathname}_later`;
    const bus = startBus(open(later.href));
    assert.match(await bus.down(), /does not exist/);
    await database.query(`create database "${later.pathname.slice(1)}"`);
    await bus.up();
    const admin = new pg.Client({ connectionString: later.href });
    await admin.connect();
    const second = startBus(open(later.href));
    await understandEachOther([bus, second], "first");
    const healths = bus.healths.length;
    await admin.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'deltad/bus' and datname = current_database()",
    );
    await eventually("the loss to be told", () => bus.healths.length > healths);
    assert.equal(bus.healths[healths]?.isUp, false);
    await understandEachOther([bus, second], "second");
    await Promise.all([bus.bus.stop(), second.bus.stop()]);
    const { rows } = await admin.query(
      "select from pg_stat_activity where application_name = 'deltad/bus' and datname = current_database()",
    );
    assert.equal(rows.length, 0);
    await admin.end();
    await database.query(`drop database "${later.pathname.slice(1)}"`);
  });

  it("that is up and hears nothing, as its subscription is lost and its session is not, is connected anew", async () => {
    const proxy = await Proxy.start(database.url);
    proxy.rewrite = (chunk) =>
      Buffer.from(chunk.toString("latin1").replace("listen deltad_peers", "listen deltad_other"), "latin1");
    const [a, b] = [startPeers(open(proxy.url), "a", SECRET), startPeers(open(database.url), "b", SECRET)];
    await eventually("a to hear nothing", () => a.warnings.length > 0);
    assert.match(a.warnings[0] ?? "", /do not come back/);
    assert.deepEqual(a.words, []);
    proxy.rewrite = undefined;
    await Promise.all([a.isPartial(false), a.hears("b"), b.hears("a")]);
    await Promise.all([a.peers.stop(), b.peers.stop()]);
    await proxy.stop();
  });

  it("says however much by at most 20 transactions a second", async () => {
    const proxy = await Proxy.start(database.url);
    const bus = startBus(open(proxy.url));
    await bus.up();
    const [before, beganMs] = [proxy.statements, performance.now()];
    for (let nth = 0; nth < 300; nth += 1) {
      bus.bus.publish(Buffer.from(String(nth)));
      await new Promise(setImmediate);
    }
    await eventually("all to be heard", () => bus.heard.length === 300);
    const most = (performance.now() - beganMs) / NOTIFY_BETWEEN_MS + 2;
    assert.ok(proxy.statements - before <= most, `${proxy.statements - before} statements, at most ${most}`);
    await bus.bus.stop();
    await proxy.stop();
  });

  it("gives nothing more of a run of which a message was made by no daemon", async () => {
    const [bus, stranger] = [open(database.url), startBus(open(database.url))];
    const heard: string[] = [];
    bus.onMessage((message) => heard.push(String(message)) > 0 && String(message) !== "forged");
    bus.start();
    await stranger.up();
    await eventually("the first", () => {
      stranger.bus.publish(Buffer.from("first"));
      return heard.length > 0;
    });
    // In one turn, so in one run.
    for (const word of ["genuine", "forged", "more", "and more"]) stranger.bus.publish(Buffer.from(word));
    await eventually("all of it to be carried", () => stranger.heard.some((message) => String(message) === "and more"));
    await understandEachOther([stranger], "last");
    await eventually("the last", () => heard.includes("last of 0"));
    assert.deepEqual(
      [...new Set(heard)].filter((word) => word !== "first"),
      ["genuine", "forged", "last of 0"],
    );
    await Promise.all([bus.stop(), stranger.bus.stop()]);
  });

  it("carries what a role without rights says, alters and repeats, and no daemon takes it", async () => {
    const [a, b] = [startPeers(open(database.url), "a", SECRET), startPeers(open(database.url), "b", SECRET)];
    await Promise.all([a.hears("b"), b.hears("a")]);
    const stranger = await database.client();
    const heard: string[] = [];
    stranger.on("notification", ({ payload }) => void heard.push(payload ?? ""));
    await stranger.query("create role no_rights; set role no_rights; listen deltad_peers");
    a.peers.say("word", "genuine");
    await eventually("the stranger to hear it", () => b.words.includes("a: genuine") && heard.length > 0);
    const before = b.words.length;
    const recorded = heard.slice();
    for (const piece of recorded) {
      assert.ok(!piece.includes("genuine") && !Buffer.from(piece.split(".")[3] ?? "", "base64").includes("genuine"));
      const altered = piece.replace(/.{8}$/, "AAAAAAA=");
      await stranger.query("select pg_notify('deltad_peers', word) from unnest($1::text[]) word", [
        [piece, altered, "nonsense", ""],
      ]);
    }
    a.peers.say("word", "last");
    await eventually("the last word", () => b.words.includes("a: last"));
    assert.deepEqual(b.words.slice(before), ["a: last"]);
    assert.ok(b.warnings.some((line) => line.startsWith("dropped a message on the bus")));
    await Promise.all([a.peers.stop(), b.peers.stop()]);
    await stranger.query("reset role; drop role no_rights");
  });
});

describe("a bus by PostgreSQL on a server of its own [PostgreSQL 18]", () => {
  it("is silent while the queue of notifications is half full, says why, and speaks again once there is room", async () => {
    const running = await startCluster(18, { settings: { max_notify_queue_pages: 64 } });
    const database = await databaseOn(running.cluster);
    const [holder, filler] = [await database.client(), await database.client()];
    const bus = startBus(open(database.url));
    try {
      await bus.up();
      await holder.query("listen anything");
      await holder.query("begin; select 1");
      const usage = async (): Promise<number> => {
        const { rows } = await filler.query<{ usage: number }>("select pg_notification_queue_usage() as usage");
        return rows[0]?.usage ?? 0;
      };
      while ((await usage()) < 0.5)
        await filler.query("select pg_notify('anything', repeat('x', 7000) || g) from generate_series(1, 4) g");
      const before = await usage();
      bus.bus.publish(Buffer.from("not now"));
      assert.equal(await bus.down(), "PostgreSQL's queue of notifications is half full");
      assert.equal(await usage(), before);
      await holder.query("rollback");
      await understandEachOther([bus], "now");
      assert.equal(bus.healths.at(-1)?.isUp, true);
      assert.ok(!bus.heard.some((message) => String(message) === "not now"));
    } finally {
      await bus.bus.stop();
      await Promise.all([holder.end(), filler.end()]);
      await running.remove();
    }
  });
});

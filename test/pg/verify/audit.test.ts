/** The daemon's own audit: numbers that went wrong where nobody noticed are found, said, and put right. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { Audit } from "../../../daemon/verify/audit.ts";
import { createPools } from "../../../daemon/database/pools.ts";
import { SessionPool } from "../../../daemon/database/session-pool.ts";
import { compile, compileKinds } from "../../../daemon/plan/compile.ts";
import { DEMO, KINDS, oracleDocuments } from "../../support/oracle.ts";
import { install } from "../../support/install.ts";
import { eventually, pause } from "../../support/real-time.ts";
import { recordingLog } from "../../support/run-reader.ts";
import { ShopRig } from "../../support/shop-rig.ts";
import { onEachServer } from "../../support/servers.ts";

const EVERY_SECOND = { DELTAD_AUDIT_INTERVAL: "1s" };

await onEachServer("the daemon's own audit", (server) => {
  it("finds an accumulator that is wrong, logs owner and leaves, and the client is stale until it shows what is so", async () => {
    const rig = await ShopRig.open(await server.createDatabase(), "", EVERY_SECOND);
    try {
      await rig.database.query(
        `begin; update payments set amount = amount + 3 where id = 2;
         delete from deltad.change_payments where change_xid = pg_current_xact_id(); commit`,
      );
      await rig.untilLogged(/deltad_drift_total/);
      await rig.untilTrue();
      const line = rig.logged.find((text) => text.includes("deltad_drift_total")) ?? "";
      assert.match(line, /"owner":"1"/);
      assert.match(line, /payments\.amount: [\d.]+, by SQL [\d.]+ \(3\.00 too little\)/);
      assert.match(line, /"deltad_drift_total":1\b/);
      assert.deepEqual(
        rig.staleFrames.map(({ reason }) => reason),
        ["drift"],
      );
    } finally {
      await rig.stop();
    }
  });

  it("finds nothing of a daemon that is right, while rows of every kind are written", async () => {
    const rig = await ShopRig.open(await server.createDatabase(), "", EVERY_SECOND);
    try {
      const until = performance.now() + 5_000;
      for (let n = 0; performance.now() < until; n += 1) {
        await rig.database.query(
          `insert into payments (shop_id, amount) values (1, ${n}); update orders set amount = amount + 1, status = 'paid' where id = 1 + ${n} % 90;
           delete from payments where id = ${n}`,
        );
        if (n % 50 === 49)
          await rig.database.query("update shops set currency = 'USD', zone = 'Asia/Tokyo' where id = 1");
        if (n % 80 === 79) await rig.database.query("truncate payments");
        await pause(5, "chance");
      }
      await rig.untilTrue();
      // A TRUNCATE's lock may keep an audit from reading, or a slow machine from importing the snapshot in time: its session is closed, and that
      // owner's turn comes again.
      await eventually("the audit to be at work", async () => {
        const sessions = await rig.database.query(
          "select from pg_stat_activity where datname = current_database() and application_name = 'deltad/audit'",
        );
        return sessions.length === 1;
      });
      const isHarmless = (line: string): boolean => /due to lock timeout|snapshot .* does not exist/.test(line);
      assert.deepEqual(
        rig.logged.filter(
          (line) => line.includes("drift") || (line.includes("could not be audited") && !isHarmless(line)),
        ),
        [],
      );
    } finally {
      await rig.stop();
    }
  });

  it("an owner that differs right after it was read again is not read again and again, and that is an error", async () => {
    const database = await server.createDatabase();
    const plan = compile(DEMO.config);
    await database.query(DEMO.schema);
    await install(database, plan.tables);
    await database.query("insert into owners (id, name) values (1, 'Ana')");
    const sessions = new SessionPool({ url: database.url, role: "audit", statementTimeoutMs: 10_000 }, 1);
    const logged: string[] = [];
    let nowMs = 0;
    const audit = new Audit({ plan, sessions, everyMs: 1_000, monotonicMs: () => nowMs, log: recordingLog(logged) });
    const exporter = await database.client();
    const t = Date.now() * 1000;
    const right = (await oracleDocuments(DEMO, database, t, ["1"])).get("1") ?? {};
    const audited = async (document: typeof right): Promise<boolean> => {
      nowMs += 1_000;
      await eventually("its turn", () => audit.isDue);
      await exporter.query("begin isolation level repeatable read");
      const { rows } = await exporter.query<{ id: string }>("select pg_export_snapshot() as id");
      const { imported, outcome } = audit.begin(
        { snapshotId: rows[0]?.id ?? "" },
        "1",
        Promise.resolve({ document, t }),
      );
      assert.equal(audit.isDue, false, "one at a time");
      await imported;
      await exporter.query("commit");
      const found = await outcome;
      assert.notEqual(found.kind, "failed");
      return found.kind === "drifted" && found.mustReload;
    };
    try {
      assert.equal(audit.isDue, false, "not at once");
      const wrong = { ...right, currency: "ZZZ" };
      assert.deepEqual([await audited(right), await audited(wrong), await audited(wrong)], [false, true, false]);
      assert.deepEqual([await audited(right), await audited(wrong)], [false, true]);
      assert.equal(logged.filter((line) => line.includes("still shows other numbers")).length, 1);
      assert.ok(logged.at(-1)?.includes('"deltad_drift_total":3'), logged.at(-1));
    } finally {
      await sessions.stop();
    }
  });

  it("of several kinds is of one at a time: none is due, and has the reader wait, while another kind's is under way", async () => {
    const database = await server.createDatabase();
    const { plans, tables } = compileKinds(KINDS.config);
    await database.query(KINDS.schema);
    await install(database, tables);
    const { audit: sessions, ...others } = createPools(database.url, plans.length, 0);
    let nowMs = 0;
    const options = { sessions, everyMs: 1_000, monotonicMs: () => nowMs, log: recordingLog([]) };
    const audits = plans.map((plan) => new Audit({ plan, ...options }));
    const due = (): boolean[] => audits.map(({ isDue }) => isDue);
    const exporter = await database.client();
    try {
      for (const round of ["a session is opened", "it is there"]) {
        nowMs += 1_000;
        assert.deepEqual(
          due(),
          plans.map(() => true),
          round,
        );
        await exporter.query("begin isolation level repeatable read");
        const { rows } = await exporter.query<{ id: string }>("select pg_export_snapshot() as id");
        let tell: (state: undefined) => void = () => undefined;
        const state = new Promise<undefined>((resolve) => {
          tell = resolve;
        });
        const begun = audits[1]?.begin({ snapshotId: rows[0]?.id ?? "" }, "1", state);
        const none = plans.map(() => false);
        assert.deepEqual(due(), none, `${round}: while the snapshot is imported`);
        await begun?.imported;
        assert.deepEqual(due(), none, `${round}: until it has ended`);
        await exporter.query("commit");
        tell(undefined);
        assert.deepEqual(await begun?.outcome, { kind: "right" });
        assert.deepEqual(
          due(),
          plans.map((_, kind) => kind !== 1),
          `${round}: the others have their turn`,
        );
      }
    } finally {
      await Promise.all([sessions, ...Object.values(others)].map((pool) => pool.stop()));
    }
  });
});

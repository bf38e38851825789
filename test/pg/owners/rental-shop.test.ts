/** The film rental shop as a user has it: applied, with a daemon that has a daemon's rights and no more, followed, and verified. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { runProgram } from "../../../daemon/cli/program.ts";
import { freePort } from "../../../daemon/database/cluster.ts";
import { applyPatch } from "../../../daemon/topics/owner/merge.ts";
import type { JsonObject } from "../../../protocol/json.ts";
import { daemonLogin } from "../../support/install.ts";
import { microsecondsOf } from "../../support/microseconds.ts";
import { oracleDocuments, RENTAL } from "../../support/oracle.ts";
import { eventually } from "../../support/real-time.ts";
import { recordedShell } from "../../support/recorded-shell.ts";
import { createMarketplace, startMarketplaceDaemon } from "../../support/running-daemon.ts";
import { onEachServer } from "../../support/servers.ts";
import { TestSocket } from "../../support/socket.ts";
import { SECRET, token } from "../../support/tokens.ts";

const ROWS = `
  insert into cities values (1, 'Europe/Lisbon', 'EUR');
  insert into stores values (1, 'Lisboa'), (2, 'Porto');
  insert into customers select n, 1 + n % 2, 'customer' from generate_series(1, 10) n;
  insert into payments (customer_id, amount, paid_at) select 1 + n % 10, n, now() from generate_series(1, 100) n;`;

await onEachServer("a film rental shop", (server) => {
  it("shows each store its payments, also when a customer goes to another store, and verify finds nothing", async (t) => {
    const database = await server.createDatabase();
    await createMarketplace(database, RENTAL);
    await database.query(ROWS);
    const port = await freePort();
    const url = await daemonLogin(database);
    const daemon = await startMarketplaceDaemon({ url }, RENTAL, port);
    t.after(() => daemon.stop());
    const socket = await TestSocket.welcomed(port, token({ ownerId: "1" }, Date.now()));
    t.after(() => socket.terminate());
    await socket.subscribe("1");

    const shows = async (what: string): Promise<void> => {
      await eventually(what, async () => {
        let shown: JsonObject = {};
        let asOf = "";
        for (const frame of socket.frames) {
          if (frame.type === "snapshot") shown = frame.data;
          if (frame.type === "metrics_updated") shown = applyPatch(shown, frame.data);
          if (frame.type === "snapshot" || frame.type === "metrics_updated") asOf = frame.asOf;
        }
        const truth = await oracleDocuments(RENTAL, database, microsecondsOf(asOf), ["1"]);
        return isDeepStrictEqual(JSON.parse(JSON.stringify(shown)), truth.get("1"));
      });
    };
    await shows("what was there");
    await database.query("insert into payments (customer_id, amount, paid_at) values (2, 7, now())");
    await shows("a payment more");
    await database.query("update customers set store_id = 2 where customer_id in (2, 4)");
    await shows("two customers less");
    await database.query("delete from customers where customer_id = 6");
    await shows("one more less");
    const staleBecause = (): string | undefined =>
      socket.frames
        .flatMap((frame) => (frame.type === "stale" ? [frame.reason] : frame.type === "live" ? [""] : []))
        .at(-1);
    await database.query("update cities set time_zone = 'Mars/Olympus', currency = 'MAR'");
    await eventually("the store to be stale", () => staleBecause() === "time_zone");
    await database.query("update cities set time_zone = 'Asia/Tokyo'");
    await eventually("the store to be live", () => staleBecause() === "");
    await shows("Tokyo's days");
    const told = socket.events.map(({ type }) => type);
    assert.equal(told.filter((type) => type === "payment_taken").length, 1);
    assert.equal(told.filter((type) => type === "payment_withdrawn").length, 10);
    const bulks = socket.events.flatMap(({ type, data }) => (type === "bulk_changed" ? [data["source"]] : []));
    assert.deepEqual([...new Set(bulks)], ["payments", "cities"]);

    let code = 0;
    const shell = recordedShell({
      environment: {
        DATABASE_URL: url,
        DELTAD_CONFIG: RENTAL.configFile,
        DELTAD_PORT: String(port),
        DELTAD_JWT_SECRET: SECRET,
      },
      setExitCode: (exit) => {
        code = exit;
      },
    });
    await runProgram(shell, () => Promise.reject(new Error("the demo is not asked")), ["verify", "--all"]);
    assert.deepEqual([code, shell.complaints.join("")], [0, ""]);
  });
});

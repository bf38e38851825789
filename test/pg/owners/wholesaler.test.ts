/** A wholesaler as a user has it: keys of two columns, domains, an enum, an array, a generated column, days of the row that a row names. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { runProgram } from "../../../daemon/cli/program.ts";
import { freePort } from "../../../daemon/database/cluster.ts";
import { applyPatch } from "../../../daemon/topics/owner/merge.ts";
import type { JsonObject } from "../../../protocol/json.ts";
import { daemonLogin } from "../../support/install.ts";
import { microsecondsOf } from "../../support/microseconds.ts";
import { oracleDocuments, WHOLESALE } from "../../support/oracle.ts";
import { eventually } from "../../support/real-time.ts";
import { recordedShell } from "../../support/recorded-shell.ts";
import { createMarketplace, startMarketplaceDaemon } from "../../support/running-daemon.ts";
import { onEachServer } from "../../support/servers.ts";
import { TestSocket } from "../../support/socket.ts";
import { SECRET, token } from "../../support/tokens.ts";

const ROWS = `
  insert into offices values (1, 'Europe/Lisbon'), (2, 'Asia/Tokyo');
  insert into employees values (1, 1, 'Ana'), (2, 2, 'Ken');
  insert into orders select n, 1 + n % 2, current_date - n, now() at time zone 'UTC' - n * interval '7 hours', 'open', array['tag ' || n % 3]
    from generate_series(1, 40) n;
  insert into order_lines (order_id, line_no, product, price, quantity, discount)
  select 1 + n % 40, n / 40, 'product ' || n % 5, n, 1 + n % 7, (n % 4) * 0.125 from generate_series(1, 150) n;`;

await onEachServer("a wholesaler", (server) => {
  it("shows each employee what was sold, by columns of rows and of their orders, and tells lines apart by two columns", async (t) => {
    const database = await server.createDatabase();
    await createMarketplace(database, WHOLESALE);
    await database.query(ROWS);
    const port = await freePort();
    const url = await daemonLogin(database);
    const daemon = await startMarketplaceDaemon({ url }, WHOLESALE, port);
    t.after(() => daemon.stop());
    const socket = await TestSocket.welcomed(port, token({ ownerId: "1" }, Date.now()));
    t.after(() => socket.terminate());
    await socket.subscribe("1");

    const shows = async (what: string): Promise<void> => {
      let seen = "";
      await eventually(
        () => `${what}: ${seen}`,
        async () => {
          let shown: JsonObject = {};
          let asOf = "";
          for (const frame of socket.frames) {
            if (frame.type === "snapshot") shown = frame.data;
            if (frame.type === "metrics_updated") shown = applyPatch(shown, frame.data);
            if (frame.type === "snapshot" || frame.type === "metrics_updated") asOf = frame.asOf;
          }
          const truth = await oracleDocuments(WHOLESALE, database, microsecondsOf(asOf), ["1"]);
          seen = JSON.stringify([shown, truth.get("1")]);
          return isDeepStrictEqual(JSON.parse(JSON.stringify(shown)), truth.get("1"));
        },
      );
    };
    await shows("what was there");
    await database.query(
      `begin; delete from order_lines where order_id = 2 and line_no = 1;
       insert into order_lines values (2, 8, 'product 9', 99.99, 3, 0.125), (2, 9, 'product 9', 0.01, 1, 0); commit`,
    );
    await shows("lines of one order come and go");
    const [second] = await database.query<{ on: string }>(
      `select ordered_on::text as "on" from orders where order_id = 2`,
    );
    const orderedOn = second?.on ?? "";
    await eventually("their events", () => socket.events.length >= 3);
    assert.deepEqual(socket.events.map(({ type, data }) => JSON.stringify([type, data])).toSorted(), [
      `["line_added",{"order":"2","no":8,"net":"262.4738","orderedOn":"${orderedOn}"}]`,
      `["line_added",{"order":"2","no":9,"net":"0.0100","orderedOn":"${orderedOn}"}]`,
      `["line_withdrawn",{"order":"2","no":1}]`,
    ]);
    assert.equal(new Set(socket.events.map(({ id }) => id)).size, 3);
    await database.query(
      "update orders set ordered_on = ordered_on - 31, state = 'shipped', tags = '{}' where order_id in (2, 4)",
    );
    await shows("two orders of another month and state");
    await database.query("update orders set shipped_at = now() at time zone 'UTC' where order_id <= 20");
    await shows("orders shipped now");
    await database.query("update order_lines set quantity = quantity + 1 where line_no = 2 and order_id < 9");
    await shows("more pieces");
    await database.query(
      "update orders set order_id = 100 where order_id = 6; update orders set employee_id = 2 where order_id = 8",
    );
    await shows("an order with another number, and one of somebody else");
    await database.query("update employees set office_id = 2 where employee_id = 1");
    await shows("the days of another office");

    let code = 0;
    const shell = recordedShell({
      environment: {
        DATABASE_URL: url,
        DELTAD_CONFIG: WHOLESALE.configFile,
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

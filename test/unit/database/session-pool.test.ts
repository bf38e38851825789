import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { it } from "node:test";
import { SessionPool } from "../../../daemon/database/session-pool.ts";

it("all who wait for a session are refused at once where none can be opened", async (t) => {
  let attempts = 0;
  const server = createServer((socket) => {
    attempts += 1;
    socket.destroy();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const url = `postgresql://nobody@127.0.0.1:${(server.address() as AddressInfo).port}/none`;
  const pool = new SessionPool({ url, role: "pool", statementTimeoutMs: 1_000 }, 2);
  const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => pool.run(async () => undefined)));
  assert.ok(outcomes.every(({ status }) => status === "rejected"));
  assert.equal(attempts, 2);
  await assert.rejects(pool.run(async () => undefined));
  assert.equal(attempts, 3, "the next one tries again");
  await pool.stop();
});

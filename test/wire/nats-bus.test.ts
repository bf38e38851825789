/** The example of a bus that deltad does not bring, on Debian's NATS. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { connectNats } from "../../examples/nats-bus.ts";
import type { Bus } from "../../daemon/bus/bus.ts";
import { freePort } from "../../daemon/database/cluster.ts";
import { connectedBus, keepsTheContract, startBus, understandEachOther } from "../support/bus-contract.ts";
import { ListeningProgram } from "../support/listening-program.ts";

const PROGRAM = "/usr/sbin/nats-server";
const skip = existsSync(PROGRAM) ? false : "nats-server is not installed";

describe("a bus by NATS, the example", { skip }, async () => {
  const port = await freePort();
  let server: ListeningProgram;
  const start = async (): Promise<void> => {
    const folder = await mkdtemp(join(tmpdir(), "deltad-nats-"));
    const args = ["--addr", "127.0.0.1", "--port", String(port)];
    server = await ListeningProgram.start({ name: "NATS", program: PROGRAM, args, port, folder, withinMs: 20_000 });
  };
  const connect = connectNats(`nats://127.0.0.1:${port}`);
  const open = (): Bus => connectedBus(connect);
  before(start);
  after(() => server.stop());

  keepsTheContract(open);

  it("that goes away is said to be, and used as soon as it is there again", async () => {
    const two = [startBus(open()), startBus(open())];
    for (const one of two) await one.up();
    await server.stop();
    for (const one of two) assert.notEqual(await one.down(), "");
    await start();
    for (const one of two) await one.up();
    await understandEachOther(two, "again");
    await Promise.all(two.map(({ bus }) => bus.stop()));
  });
});

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { createClient } from "redis";
import type { Bus } from "../../daemon/bus/bus.ts";
import { connectRedis } from "../../daemon/bus/redis-connection.ts";
import { connectedBus, keepsTheContract, startBus, understandEachOther } from "../support/bus-contract.ts";
import { startPeers } from "../support/heard-peers.ts";
import { eventually } from "../support/real-time.ts";
import { missingRedis, RedisServer } from "../support/redis-server.ts";

const SECRET = "5e".repeat(32);
const run = promisify(execFile);
/** Says a word on the bus of its second argument by the module of its first, and writes what it hears. */
const SAYS_A_WORD = `
  const { connectRedis } = await import(process.argv[1]);
  const connect = await connectRedis(process.argv[2]);
  let hear;
  const word = new Promise((resolve) => (hear = resolve));
  const connection = await connect({ heard: (message) => (hear(message), true), lost: () => undefined });
  await connection.send([Buffer.from("by TLS")]);
  process.stdout.write(await word);
  await connection.close();`;

describe("a bus by Redis", { skip: missingRedis() ?? false }, async () => {
  const server = await RedisServer.reserved();
  const connectServer = await connectRedis(server.url);
  const open = (connect = connectServer): Bus => connectedBus(connect);
  before(() => server.start());
  after(() => server.stop());

  keepsTheContract(() => open());

  it("that is absent at the start, goes away or ends a connection is said to be, and used as soon as it is there", async () => {
    await server.stop();
    const two = [startBus(open()), startBus(open())];
    for (const one of two) assert.match(await one.down(), /ECONNREFUSED/);
    await server.start();
    for (const one of two) await one.up();
    await understandEachOther(two, "first");
    await server.stop();
    for (const one of two) await one.down();
    await server.start();
    for (const one of two) await one.up();
    await understandEachOther(two, "second");
    const operator = createClient({ url: server.url });
    await operator.connect();
    const told = two.map(({ healths }) => healths.length);
    await operator.sendCommand(["CLIENT", "KILL", "TYPE", "pubsub"]);
    operator.destroy();
    for (const [at, { healths }] of two.entries())
      await eventually("the loss to be told", () => healths.slice(told[at]).some(({ isUp }) => !isUp));
    await understandEachOther(two, "third");
    await Promise.all(two.map(({ bus }) => bus.stop()));
  });

  it("whose server answers with the password, as it does not know the command, is said to be down without it", async () => {
    const old = await RedisServer.reserved();
    await old.start("--rename-command", "HELLO", "NO_HELLO");
    const bus = startBus(open(await connectRedis(old.url.replace("//", "//ana:hunter2@"))));
    try {
      assert.equal(await bus.down(), "ERR unknown command 'HELLO'");
      assert.ok(!JSON.stringify(bus.healths).includes("hunter2"));
    } finally {
      await bus.bus.stop();
      await old.stop();
    }
  });

  it("by TLS hears a server whose certificate the process was told to trust, and of another says why not", async () => {
    const folder = await mkdtemp(join(tmpdir(), "deltad-redis-tls-"));
    const [certificate, key] = [join(folder, "cert.pem"), join(folder, "cert.key")];
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const subject = ["-subj", "/CN=redis", "-addext", "subjectAltName=IP:127.0.0.1"];
    await run("openssl", ["req", "-x509", ...curve, ...subject, "-keyout", key, "-out", certificate]);
    const secure = await RedisServer.reserved();
    const files = ["--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", certificate];
    await secure.start("--port", "0", "--tls-port", String(secure.port), "--tls-auth-clients", "no", ...files);
    const url = secure.url.replace("redis:", "rediss:");
    const stranger = startBus(open(await connectRedis(url)));
    try {
      assert.match(await stranger.down(), /self-signed certificate/);
      const module = new URL("../../daemon/bus/redis-connection.js", import.meta.url).href;
      const env = { ...process.env, NODE_EXTRA_CA_CERTS: certificate };
      const said = await run(process.execPath, ["--input-type=module", "-e", SAYS_A_WORD, module, url], { env });
      assert.equal(said.stdout, "by TLS");
    } finally {
      await stranger.bus.stop();
      await secure.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("that stands still makes daemons partial; nobody is gone, and all is heard again", async () => {
    const [a, b] = [startPeers(open(), "a", SECRET), startPeers(open(), "b", SECRET)];
    await Promise.all([a.hears("b"), b.hears("a")]);
    for (const { heard } of [a, b]) heard.length = 0;
    server.pause();
    await Promise.all([a.isPartial(true), b.isPartial(true)]);
    server.resume();
    await Promise.all([a.isPartial(false), b.isPartial(false), a.hears("b"), b.hears("a")]);
    for (const { heard, warnings } of [a, b]) {
      // A busy machine stands still as well, and more than once.
      const told = heard.filter((line) => !line.endsWith("missed"));
      assert.deepEqual([...new Set(told)], ["partial", "whole"]);
      assert.equal(told.at(-1), "whole");
      assert.ok(warnings.length > 0 && warnings.every((line) => line.startsWith("other daemons can't be heard")));
    }
    await Promise.all([a.peers.stop(), b.peers.stop()]);
  });

  it("carries what strangers say and alter, and no daemon takes it", async () => {
    const [a, b] = [startPeers(open(), "a", SECRET), startPeers(open(), "b", SECRET)];
    const stranger = startBus(open());
    await Promise.all([a.hears("b"), b.hears("a"), stranger.up()]);
    a.peers.say("word", "genuine");
    await understandEachOther([stranger], "by");
    await eventually("the first word", () => b.words.includes("a: genuine"));
    const before = b.words.length;
    for (const message of stranger.heard.slice()) {
      const altered = Buffer.from(message);
      altered.writeUInt8(altered.readUInt8(altered.length - 1) ^ 1, altered.length - 1);
      stranger.bus.publish(altered);
      stranger.bus.publish(message);
    }
    await understandEachOther([stranger], "after");
    a.peers.say("word", "last");
    await eventually("the last word", () => b.words.includes("a: last"));
    assert.deepEqual(b.words.slice(before), ["a: last"]);
    assert.ok(b.warnings.some((line) => line.startsWith("dropped a message on the bus")));
    await Promise.all([a.peers.stop(), b.peers.stop(), stranger.bus.stop()]);
  });
});

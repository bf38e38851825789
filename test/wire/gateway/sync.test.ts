/** Operations by HTTP: how a request comes in, and how it is refused. What becomes of them is tested where there is a database. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { it } from "node:test";
import type { PlacedBatch, Writer } from "../../../daemon/writes/operator.ts";
import type { Answer } from "../../../protocol/operation.ts";
import { startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { CHANNEL } from "../../support/posts-channel.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

const CLIENT = "00000000-0000-4000-8000-000000000001";
const PAGE = "https://app.example";
const WRITE = { seq: 1, topic: "room:1", rows: "rows", op: "set", key: "7", register: "title", value: { title: "é" } };
const BATCH = { client: CLIENT, operations: [WRITE] };

await onEachTransport("POST /v1/sync", (transport) => {
  const start = async (options: Partial<Parameters<typeof startGateway>[0]> = {}) => {
    const asked: (readonly [Writer, PlacedBatch])[] = [];
    const applied = async (writer: Writer, batch: PlacedBatch): Promise<Answer[]> => {
      asked.push([writer, batch]);
      return batch.operations.map(({ operation: { seq } }) => ({ client: batch.client, seq, outcome: "applied" }));
    };
    const running = await startGateway({
      transport,
      kinds: new Map([["room", async (key: string) => key]]),
      guarded: new Map([["room", { maySee: (_, identity) => !identity.isAdmin }]]),
      writes: { plans: new Map([["room", CHANNEL]]), operate: applied },
      origins: [PAGE],
      ...options,
    });
    const url = `http://127.0.0.1:${running.port}/v1/sync`;
    const authorization = `Bearer ${running.token({ sub: "ana", topics: ["room:1"], role: "admin" })}`;
    const post = async (body: string, headers: Record<string, string> = {}) => {
      const answer = await fetch(url, { method: "POST", body, headers: { authorization, ...headers } });
      return { status: answer.status, headers: answer.headers, body: (await answer.text()).trim() };
    };
    return { ...running, url, authorization, post, asked };
  };

  it("Each operation is answered, whatever the pieces in which the request comes, and its connection goes on", async () => {
    const { port, authorization, asked } = await start();
    const socket = connect(port, "127.0.0.1");
    let text = "";
    socket.on("data", (data) => (text += String(data)));
    const body = Buffer.from(JSON.stringify(BATCH));
    // The last letter of two bytes is cut in the middle.
    const middle = body.indexOf("é") + 1;
    for (let round = 1; round <= 2; round++) {
      socket.write(`POST /v1/sync HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\n`);
      socket.write(`content-length: ${body.length}\r\n\r\n`);
      await new Promise((resolve) => setImmediate(resolve));
      socket.write(body.subarray(0, middle));
      await new Promise((resolve) => setImmediate(resolve));
      socket.write(body.subarray(middle));
      while (text.split('"outcome":"applied"').length <= round) await once(socket, "data");
    }
    socket.destroy();
    assert.equal(asked.length, 2);
    assert.deepEqual(asked[0]?.[0], { subject: "ana", topics: [], claims: undefined });
    assert.deepEqual(asked[0]?.[1].operations[0]?.operation, WRITE);
  });

  it("Pages of allowed origins may ask, as the preflight says, and hear there whether the daemon is ready", async () => {
    let isReady = true;
    const { url, post } = await start({ ready: () => isReady });
    const preflight = await fetch(url, {
      method: "OPTIONS",
      headers: { origin: PAGE, "access-control-request-method": "POST" },
    });
    assert.match(preflight.headers.get("access-control-allow-methods") ?? "", /POST/);
    assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /content-type/);
    const answer = await post(JSON.stringify(BATCH), { origin: PAGE });
    assert.deepEqual([answer.status, answer.headers.get("access-control-allow-origin")], [200, PAGE]);
    assert.equal(answer.body, JSON.stringify({ answers: [{ client: CLIENT, seq: 1, outcome: "applied" }] }));
    assert.equal((await post(JSON.stringify(BATCH), { origin: "https://evil.example" })).status, 403);
    assert.equal((await fetch(url)).status, 200);
    isReady = false;
    assert.equal((await fetch(url)).status, 503);
    const other = await fetch(url, { method: "PUT", body: "" });
    assert.deepEqual([other.status, other.headers.get("allow")], [405, "GET, HEAD, POST"]);
  });

  it("What is refused as a whole says why by its status, and nothing of it was tried", async () => {
    const limits = { operationsPerSecond: 1, maxMessageBytes: 1_024, maxJsonDepth: 4, requestsPerSecond: 1_000 };
    const { post, url, asked, token } = await start({ limits });
    const refused = async (body: string, headers?: Record<string, string>): Promise<readonly [number, string]> => {
      const answer = await post(body, headers);
      return [answer.status, answer.body];
    };
    const said = (code: string): string => JSON.stringify({ error: code });
    for (const body of [
      "",
      "{",
      "[]",
      JSON.stringify({ ...BATCH, operations: [] }),
      JSON.stringify({ ...BATCH, client: "x" }),
      JSON.stringify({ ...BATCH, operations: [{ ...WRITE, seq: 0 }] }),
      JSON.stringify({ ...BATCH, operations: [{ ...WRITE, value: { a: { b: 1 } } }] }),
      JSON.stringify({ ...BATCH, operations: Array.from({ length: 65 }, () => ({ seq: 1 })) }),
    ])
      assert.deepEqual(await refused(body), [400, said("invalid_message")], body);
    assert.deepEqual(await refused("x".repeat(1_025)), [413, said("too_large")]);
    const answer = await fetch(url, { method: "POST", body: JSON.stringify(BATCH) });
    assert.equal(answer.status, 401);
    const nobody = `Bearer ${token({ topics: ["room:1"], role: "admin" })}`;
    assert.deepEqual(await refused(JSON.stringify(BATCH), { authorization: nobody }), [403, said("forbidden")]);
    assert.equal(asked.length, 0);
    for (let count = 0; count < 66; count++) assert.equal((await post(JSON.stringify(BATCH))).status, 200);
    const tooMany = await post(JSON.stringify(BATCH));
    assert.deepEqual([tooMany.status, tooMany.body], [429, said("too_many_operations")]);
    assert.equal(tooMany.headers.get("retry-after"), "1");
  });

  it("A database that is away is said by 503, and a configuration that lets nobody write by 403", async () => {
    const away = { plans: new Map([["room", CHANNEL]]), operate: () => Promise.reject(new Error("away")) };
    const { post } = await start({ writes: away });
    assert.equal((await post(JSON.stringify(BATCH))).status, 503);
    const nothing = await start({ writes: undefined });
    assert.equal((await nothing.post(JSON.stringify(BATCH))).status, 403);
  });

  it("A body that is far too long ends its connection, and one of any other request is never read", async () => {
    const { port, authorization } = await start({ limits: { maxMessageBytes: 1_024 } });
    const sent = async (head: string, body: string): Promise<string> => {
      const socket = connect(port, "127.0.0.1");
      let text = "";
      socket.on("data", (data) => (text += String(data)));
      socket.on("error", () => {});
      socket.write(`${head}\r\nhost: x\r\nauthorization: ${authorization}\r\n\r\n${body}`);
      await once(socket, "close");
      return text;
    };
    assert.equal(await sent("POST /v1/sync HTTP/1.1\r\ncontent-length: 5000", "x".repeat(5_000)), "");
    const chunked = await sent("POST /v1/sync HTTP/1.1\r\ntransfer-encoding: chunked", "2\r\n{}\r\n0\r\n\r\n");
    assert.match(chunked, /^$|^HTTP\/1\.1 400/);
    assert.match(await sent("POST /livez HTTP/1.1\r\ncontent-length: 2", "{}"), /^$|^HTTP\/1\.1 400/);
  });
});

import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { once } from "node:events";
import { describe, it, type TestContext } from "node:test";
import { WebSocket } from "ws";
import { type RunningGateway, startGateway, stopGatewaysAfterEach } from "../support/gateway.ts";
import { missingNginx, Nginx, SERVER_NAME } from "../support/nginx.ts";
import { onEachTransport } from "../support/transports.ts";

stopGatewaysAfterEach();

interface Behind {
  readonly running: RunningGateway;
  readonly nginx: Nginx;
  /** What every connection needs to believe the certificate. */
  readonly tls: { readonly ca: string; readonly servername: string };
}

async function startBehind(t: TestContext, options: Parameters<typeof startGateway>[0]): Promise<Behind> {
  const running = await startGateway(options);
  running.publisher.documents.set("7", { count: 1 });
  const nginx = await Nginx.before(running.port);
  t.after(() => nginx.stop());
  return { running, nginx, tls: { ca: nginx.certificate, servername: SERVER_NAME } };
}

async function get({ nginx, tls }: Behind, path: string, headers: Record<string, string>): Promise<IncomingMessage> {
  const asked = request({
    host: "127.0.0.1",
    port: nginx.port,
    path,
    headers: { host: SERVER_NAME, ...headers },
    ...tls,
  });
  asked.end();
  return ((await once(asked, "response")) as [IncomingMessage])[0];
}

function socketThrough({ nginx, tls, running }: Behind, headers: Record<string, string>): WebSocket {
  const authorization = `Bearer ${running.token({ ownerId: 7 })}`;
  const all = { host: SERVER_NAME, authorization, ...headers };
  return new WebSocket(`wss://127.0.0.1:${nginx.port}/v1/stream`, ["deltad.v1"], { headers: all, ...tls });
}

/** The next message. */
async function heard(socket: WebSocket): Promise<{ readonly type: string }> {
  return JSON.parse(String(((await once(socket, "message")) as [Buffer])[0])) as { type: string };
}

describe("Behind nginx, by the documented recipe", { skip: missingNginx() ?? false }, async () => {
  await onEachTransport("TLS", (transport) => {
    it("A page of the same host connects over WebSocket, follows, and hears bye and the close code", async (t) => {
      const behind = await startBehind(t, { transport });
      const { running } = behind;
      const socket = socketThrough(behind, { origin: `https://${SERVER_NAME}` });
      assert.equal((await heard(socket)).type, "welcome");
      assert.equal(socket.protocol, "deltad.v1");
      socket.send(JSON.stringify({ type: "subscribe", id: "1", topic: "owner:7" }));
      assert.equal((await heard(socket)).type, "snapshot");
      running.clock.advance(50);
      running.publisher.patch("7", { count: 2 });
      assert.equal((await heard(socket)).type, "metrics_updated");
      const closed = once(socket, "close");
      const bye = heard(socket);
      const drained = running.gateway.drain();
      assert.equal((await bye).type, "bye");
      assert.equal((await closed)[0], 1012);
      running.clock.advance(500);
      await drained;
    });

    it("A page of another host is refused", async (t) => {
      const behind = await startBehind(t, { transport });
      const socket = socketThrough(behind, { origin: "https://evil.example" });
      assert.equal((await once(socket, "close"))[0], 4403);
    });

    it("Server-sent events are not held back, and REST gives its tag", async (t) => {
      const behind = await startBehind(t, { transport });
      const { running } = behind;
      const authorization = `Bearer ${running.token({ ownerId: 7 })}`;
      const stream = await get(behind, "/v1/stream", { accept: "text/event-stream", authorization });
      stream.setEncoding("utf8");
      let text = "";
      stream.on("data", (data: string) => (text += data));
      while (!text.includes('"snapshot"')) await once(stream, "data");
      running.clock.advance(50);
      running.publisher.patch("7", { count: 2 });
      while (!text.includes('"metrics_updated"')) await once(stream, "data");
      stream.destroy();
      const first = await get(behind, "/v1/topics/owner:7", { authorization });
      const tag = first.headers.etag ?? "";
      first.resume();
      const again = await get(behind, "/v1/topics/owner:7", { authorization, "if-none-match": tag });
      assert.deepEqual([first.statusCode, again.statusCode], [200, 304]);
      again.resume();
    });

    it("A client can't choose the address that the limits count", async (t) => {
      const limits = { maxConnectionsPerAddress: 2 };
      const behind = await startBehind(t, { transport, trustedProxies: ["127.0.0.1"], limits });
      const sockets = ["10.1.1.1", "10.1.1.2", "10.1.1.3"].map((address) =>
        socketThrough(behind, { "x-forwarded-for": address }),
      );
      const ends = sockets.map((socket) => once(socket, "close"));
      assert.equal((await Promise.race(ends))[0], 4429);
      assert.equal(behind.running.gateway.connections, 2);
      for (const socket of sockets) socket.terminate();
    });
  });
});

/** Connections that are neither WebSockets nor event streams: how many of one address, and of all kinds, and that none is forgotten. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { it } from "node:test";
import { TestEventStream } from "../../support/event-stream.ts";
import { type RunningGateway, startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { exchange, KeptConnection } from "../../support/raw-http.ts";
import { eventually } from "../../support/real-time.ts";
import { TestSocket } from "../../support/socket.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

const LIVEZ = "GET /livez HTTP/1.1\r\nhost: x\r\n\r\n";

await onEachTransport("HTTP connections", (transport) => {
  /** True if the connection was let in: it is answered. */
  const isLetIn = async ({ port }: RunningGateway): Promise<boolean> => {
    const connection = await KeptConnection.open(port);
    const status = await connection.get("/livez");
    connection.destroy();
    return status === 200;
  };
  const heldOf = async ({ port }: RunningGateway, bytes: string): Promise<Socket> => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    await once(socket, "connect");
    if (bytes !== "") socket.write(bytes);
    return socket;
  };
  /** A connection that was let in, once there was room. */
  const kept = async ({ port }: RunningGateway): Promise<KeptConnection> => {
    for (;;) {
      const connection = await KeptConnection.open(port);
      if ((await connection.get("/livez")) === 200) return connection;
      connection.destroy();
    }
  };
  const warningsOf = ({ logged }: RunningGateway): number => logged.filter((line) => line.includes(" ended ")).length;

  it("More of one address than allowed are ended at once, whatever they ask for or do not, and each that goes makes room", async () => {
    const running = await startGateway({ transport, limits: { maxHttpConnectionsPerAddress: 5 } });
    const held = [
      await heldOf(running, ""),
      await heldOf(running, "GET /livez HTTP/1.1\r\nhost: x\r\nx: "),
      await heldOf(running, LIVEZ),
    ];
    const asking = await KeptConnection.open(running.port);
    for (let count = 0; count < 3; count++) assert.equal(await asking.get("/livez"), 200);
    const last = await KeptConnection.open(running.port);
    assert.deepEqual([await last.get("/nowhere"), await last.get("/livez")], [404, 200]);
    for (let count = 0; count < 3; count++) assert.equal(await isLetIn(running), false);
    assert.equal(running.gateway.counters.read().httpConnectionsPerAddress, 3);
    assert.equal(warningsOf(running), 1);
    for (const socket of held) socket.destroy();
    asking.destroy();
    last.destroy();
    for (let room = 0; room < 5; room++) await eventually("room", () => isLetIn(running));
  });

  it("What becomes a WebSocket or an event stream counts as that, and its end is told once", async () => {
    const running = await startGateway({ transport, limits: { maxHttpConnectionsPerAddress: 1 } });
    const { port, token, publisher } = running;
    publisher.documents.set("7", { name: "seven" });
    const authorization = `Bearer ${token({ ownerId: 7 })}`;
    const sockets = [];
    for (let count = 0; count < 3; count++) sockets.push(await TestSocket.welcomed(port, token({ ownerId: 7 })));
    const streams = [];
    for (let count = 0; count < 3; count++) {
      const stream = await TestEventStream.open(port, "", { authorization });
      await stream.next("snapshot");
      streams.push(stream);
    }
    assert.equal(await isLetIn(running), true);
    const held = await kept(running);
    for (const socket of sockets) socket.terminate();
    for (const stream of streams) stream.leave();
    while (running.gateway.connections > 0) await new Promise(setImmediate);
    assert.equal(await isLetIn(running), false, "one is still held, and no end of others made room for a second");
    held.destroy();
    await eventually("room", () => isLetIn(running));
  });

  it("However a request ends, its connection is counted to its end: aborted, malformed, refused, asked too early, told to close", async () => {
    const running = await startGateway({ transport, limits: { maxHttpConnectionsPerAddress: 2 } });
    const { port } = running;
    /** Who went before may not have been noticed yet. */
    const answers = (status: number, path: string, headers: Record<string, string>): Promise<void> =>
      eventually(`${status} for ${path}`, () =>
        exchange(port, "GET", path, headers).then(
          (answer) => answer.status === status,
          () => false,
        ),
      );
    for (let round = 0; round < 3; round++) {
      await answers(200, "/livez", { host: "x", connection: "close" });
      await exchange(port, "GET", "/livez", { accept: "*/*" }).catch(() => {});
      for (const bytes of [
        "nonsense\r\n\r\n",
        LIVEZ,
        LIVEZ.repeat(3),
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n",
      ]) {
        await eventually("room", () => isLetIn(running));
        (await heldOf(running, bytes)).destroy();
      }
      await answers(401, "/v1/topics/owner:7", { host: "x" });
      await answers(426, "/v1/stream", { host: "x" });
    }
    const both = [await kept(running), await kept(running)];
    assert.equal(await isLetIn(running), false);
    for (const connection of both) connection.destroy();
  });

  it("A trusted proxy has as many as it needs", async () => {
    const limits = { maxHttpConnectionsPerAddress: 1 };
    const running = await startGateway({ transport, limits, trustedProxies: ["127.0.0.0/8"] });
    for (let count = 0; count < 5; count++) await heldOf(running, LIVEZ);
    assert.equal(await isLetIn(running), true);
  });

  it("Connections of all kinds leave the files alone that the database needs", async () => {
    const running = await startGateway({ transport, maxSockets: 6, trustedProxies: ["127.0.0.0/8"] });
    const { port, token, publisher, gateway } = running;
    publisher.documents.set("7", { name: "seven" });
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    const stream = await TestEventStream.open(port, "", { authorization: `Bearer ${token({ ownerId: 7 })}` });
    await stream.next("snapshot");
    const held = [];
    for (let count = 0; count < 4; count++) {
      const connection = await KeptConnection.open(port);
      assert.equal(await connection.get("/livez"), 200);
      held.push(connection);
    }
    assert.equal(await isLetIn(running), false);
    assert.deepEqual([gateway.counters.read().sockets, warningsOf(running)], [1, 1]);
    socket.terminate();
    await eventually("room", () => isLetIn(running));
    stream.leave();
    await eventually("room for two", async () => (await isLetIn(running)) && (await isLetIn(running)));
    for (const connection of held) assert.equal(await connection.get("/livez"), 200);
  });
});

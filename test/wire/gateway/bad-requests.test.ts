/** Requests that a proxy and the daemon might read differently, or that are no requests (RFC 9112; the cases of h1spec). */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { it } from "node:test";
import { startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { exchange } from "../../support/raw-http.ts";
import { pause } from "../../support/real-time.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

const LIVE = "GET /livez HTTP/1.1\r\n";
/** What would be read as another request if the first one's end is misjudged. */
const SMUGGLED = "GET /livez HTTP/1.1\r\nhost: x\r\n\r\n";

const BAD: Readonly<Record<string, string>> = {
  "no host": `${LIVE}\r\n`,
  "two hosts": `${LIVE}host: a\r\nhost: b\r\n\r\n`,
  "an empty host": `${LIVE}host:\r\n\r\n`,
  "a host with a space": `${LIVE}host: a b\r\n\r\n`,
  "a host with a path": `${LIVE}host: a/b\r\n\r\n`,
  "a host with a user": `${LIVE}host: u@a\r\n\r\n`,
  "a host with a control character": `${LIVE}host: a\x01b\r\n\r\n`,
  "a length and chunks": `${LIVE}host: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
  "chunks and a length": `${LIVE}host: x\r\ntransfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\n`,
  "two lengths": `${LIVE}host: x\r\ncontent-length: 0\r\ncontent-length: 5\r\n\r\n`,
  "a length in hexadecimal": `${LIVE}host: x\r\ncontent-length: 0x5\r\n\r\n`,
  "a negative length": `${LIVE}host: x\r\ncontent-length: -1\r\n\r\n`,
  "a length with a sign": `${LIVE}host: x\r\ncontent-length: +0\r\n\r\n`,
  "an unknown transfer coding": `${LIVE}host: x\r\ntransfer-encoding: xchunked\r\n\r\n`,
  "two transfer codings": `${LIVE}host: x\r\ntransfer-encoding: identity, chunked\r\n\r\n0\r\n\r\n`,
  "a space before the colon": `${LIVE}host: x\r\ncontent-length : 0\r\n\r\n`,
  "a folded header": `${LIVE}host: x\r\nfoo: a\r\n b\r\n\r\n`,
  "a carriage return in a header": `${LIVE}host: x\r\nfoo: a\rhost: b\r\n\r\n`,
  "a NUL in a header": `${LIVE}host: x\r\nfoo: a\0b\r\n\r\n`,
  "a space in a header's name": `${LIVE}host: x\r\nfo o: a\r\n\r\n`,
  "line feeds alone": "GET /livez HTTP/1.1\nhost: x\n\n",
  "a line feed in the path": "GET /livez\nx HTTP/1.1\r\nhost: x\r\n\r\n",
  "a control character in the path": "GET /liv\x01ez HTTP/1.1\r\nhost: x\r\n\r\n",
  "a space in the method": "GE T /livez HTTP/1.1\r\nhost: x\r\n\r\n",
  "no version": "GET /livez\r\n\r\n",
  "another protocol": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "a proxy's request": "CONNECT evil.example:443 HTTP/1.1\r\nhost: x\r\n\r\n",
};

/** All that comes until the connection ends, or says nothing more. */
async function answered(socket: Socket): Promise<string> {
  let text = "";
  socket.setEncoding("utf8");
  socket.on("data", (data: string) => (text += data));
  await Promise.race([once(socket, "close"), pause(60, "silence")]);
  socket.destroy();
  return text;
}

await onEachTransport("Bad requests", (transport) => {
  it("None is served, nor what is hidden behind it, and other connections go on", async () => {
    const { port, logged } = await startGateway({ transport });
    await Promise.all(
      Object.entries(BAD).map(async ([what, bytes]) => {
        const socket = connect(port, "127.0.0.1");
        socket.on("error", () => {});
        socket.write(bytes + SMUGGLED);
        const text = await answered(socket);
        // uWebSockets.js lets some wait for more that never comes, until its time is over.
        assert.match(text, /^$|^HTTP\/1\.1 (400|404|405|505) /, what);
        assert.doesNotMatch(text, /"live":true/, what);
      }),
    );
    assert.equal((await exchange(port, "GET", "/livez", { host: "x" })).status, 200);
    assert.doesNotMatch(logged.join("\n"), /failed/);
  });

  it("A handshake is refused as well where it is ambiguous", async () => {
    const { port, token, gateway } = await startGateway({ transport });
    const handshake = {
      upgrade: "websocket",
      connection: "Upgrade",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      authorization: `Bearer ${token({ ownerId: 7 })}`,
    };
    for (const bad of [{ host: "a b" }, { host: "x", "content-length": "5" }]) {
      const answer = exchange(port, "GET", "/v1/stream", { ...handshake, ...bad });
      const status = await answer.then(
        (found) => found.status,
        () => "closed",
      );
      assert.equal(status, transport === "ws" ? 400 : "closed");
    }
    assert.equal(gateway.connections, 0);
  });

  it("Ordinary hosts are served: names, addresses, with and without a port", async () => {
    const { port } = await startGateway({ transport });
    for (const host of [
      "localhost",
      "a_b.example:4000",
      "127.0.0.1:80",
      "[::1]:4000",
      "[2001:db8::1]",
      "xn--bcher-kva.example",
    ])
      assert.equal((await exchange(port, "GET", "/livez", { host, "content-length": "0" })).status, 200, host);
  });

  it("Nothing that a client sends comes back in a header", async () => {
    const { port, token } = await startGateway({ transport });
    const authorization = `Bearer ${token({ ownerId: 7 })}`;
    const paths = [
      "/%0d%0aset-cookie:canary",
      "/v1/topics/owner:7%0d%0acanary",
      "/v1/stream?topic=owner:%0d%0acanary:1",
    ];
    for (const path of paths) {
      const sent = {
        host: "x",
        authorization,
        accept: "text/event-stream",
        "x-canary": "canary",
        "last-event-id": "canary",
      };
      const { headers } = await exchange(port, "GET", path, sent);
      for (const [name, value] of headers) assert.doesNotMatch(name + value, /canary|set-cookie/, path);
    }
  });
});

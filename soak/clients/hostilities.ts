/** What a hostile client sends. None of it may show it another owner's data, or make things worse for others. */
import { connect, type Socket } from "node:net";
import { rawFrame } from "../../test/support/raw-websocket.ts";
import { token } from "../../test/support/tokens.ts";
import { message, rawClient, subscribe, tokenOf, type Visit } from "./raw-client.ts";

type Hostility = (visit: Visit) => Socket;

const others = (owner: string): readonly string[] =>
  ["1", "2", "3", "4", "21", "99"].filter((other) => other !== owner);

export const HOSTILITIES: readonly Hostility[] = [
  // A token of somebody else's making, and none at all.
  ({ port, owner, watch }) => {
    const forged = token(
      { owners: [owner], role: "admin" },
      Date.now(),
      "a secret of somebody else, long enough for HS256",
    );
    const socket = watch(rawClient(port, forged));
    socket.write(subscribe(owner));
    return socket;
  },
  ({ port, owner, watch }) => {
    const socket = watch(rawClient(port));
    socket.write(subscribe(owner));
    return socket;
  },
  // Others' topics with a good token, however they are spelt.
  ({ port, owner, watch }) => {
    const socket = watch(rawClient(port, tokenOf(owner)));
    for (const other of others(owner)) {
      for (const key of [other, `0${other}`, ` ${other}`, `${other}\n`, `${owner},${other}`])
        socket.write(subscribe(key));
    }
    return socket;
  },
  // A cursor of nobody's.
  ({ port, owner, values, watch }) => {
    const socket = watch(rawClient(port, tokenOf(owner)));
    const cursor = Array.from({ length: 80 }, () =>
      values.pick("abcdefghijklmnopqrstuvwxyzABCDEFGH0123456789-_".split("")),
    ).join("");
    socket.write(subscribe(owner, cursor));
    return socket;
  },
  // Messages that are none.
  ({ port, owner, values, watch }) => {
    const socket = watch(rawClient(port, tokenOf(owner)));
    socket.write(
      values.pick([
        rawFrame(0x81, "{"),
        rawFrame(0x82, "binary"),
        rawFrame(0x81, "[".repeat(5_000)),
        rawFrame(0x81, "x".repeat(40_000)),
        rawFrame(0xf1, "reserved bits"),
        rawFrame(0x83, "no such opcode"),
        rawFrame(0x88, "\u0000"),
        Buffer.from([0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        Buffer.from("not masked, and no frame"),
        message({ type: "subscribe", id: "s", topic: { __proto__: null } }),
        message({ type: "authenticate", token: "x".repeat(10_000) }),
      ]),
    );
    return socket;
  },
  // Floods: of messages, of pings, of subscriptions.
  ({ port, owner, values, watch }) => {
    const socket = watch(rawClient(port, tokenOf(owner)));
    const one = values.pick([
      message({ type: "ping", id: "p" }),
      rawFrame(0x89, "ping"),
      subscribe(owner),
      rawFrame(0x01),
    ]);
    for (let count = 0; count < 300; count += 1) socket.write(one);
    return socket;
  },
  // No HTTP, or one that never ends.
  ({ port, values, watch }) => {
    const socket = watch(connect(port, "127.0.0.1"));
    socket.on("error", () => undefined);
    socket.write(
      values.pick([
        "GET /v1/stream HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\n",
        "\u0000\u0001\u0002\r\n\r\n",
        "POST /v1/topics/owner:1 HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\ntransfer-encoding: chunked\r\n\r\n",
        `GET /v1/${"x".repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
      ]),
    );
    return socket;
  },
];

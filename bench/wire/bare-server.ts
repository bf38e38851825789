/**
 * The least that sends the same bytes: uWebSockets.js and a loop over its sockets. Waits for the messages of one round, then sends its
 * port. Each `"round"` from its parent sends them to every socket; what else the parent asks, the probe answers.
 */
import { once } from "node:events";
import { App, us_socket_local_port, type WebSocket } from "uWebSockets.js";
import "../support/heap-probe.ts";
import { PROTOCOL } from "../../protocol/version.ts";

process.once("disconnect", () => process.exit());
const [messages] = (await once(process, "message")) as [readonly string[]];
const frames = messages.map((message) => Buffer.from(message));
const sockets = new Set<WebSocket<unknown>>();

const app = App().ws("/*", {
  maxBackpressure: 8 * 1024 * 1024,
  upgrade: (response, request, context) => {
    response.upgrade({}, request.getHeader("sec-websocket-key"), PROTOCOL, "", context);
  },
  open: (socket) => void sockets.add(socket),
  close: (socket) => void sockets.delete(socket),
  // As to one who subscribes: the first thing it gets.
  message: (socket) => void socket.send(frames[0] ?? "", false),
});
app.listen("127.0.0.1", 0, (listening) => {
  process.send?.(listening === false ? undefined : us_socket_local_port(listening));
});

process.on("message", (question) => {
  if (question === "round") sendAll();
});

function sendAll(): void {
  for (const socket of sockets) {
    socket.cork(() => {
      for (const frame of frames) socket.send(frame, false);
    });
  }
}

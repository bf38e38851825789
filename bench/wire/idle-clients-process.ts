/** Sockets on which nothing happens, in a process of their own: sends `"ready"` when each has been shown its topic, and stays until it is ended. */
import { once } from "node:events";
import { TopicSocket } from "../support/topic-socket.ts";

export interface IdleTask {
  readonly port: number;
  readonly clients: readonly { readonly topic: string; readonly token: string }[];
}

/** Handshakes under way at once: a server's backlog is not what is measured. */
const AT_ONCE = 200;

process.once("disconnect", () => process.exit());
const [{ port, clients }] = (await once(process, "message")) as [IdleTask];
for (let first = 0; first < clients.length; first += AT_ONCE) {
  await Promise.all(
    clients
      .slice(first, first + AT_ONCE)
      .map(({ topic, token }) => TopicSocket.subscribed(port, token, topic, () => undefined)),
  );
}
process.send?.("ready");

/** Sockets on which nothing happens, in a process of their own: sends `"ready"` when each has been shown its topic, and stays until it is ended. */
import { once } from "node:events";
import { fewAtOnce } from "../support/few-at-once.ts";
import { TopicSocket } from "../support/topic-socket.ts";

export interface IdleTask {
  readonly port: number;
  readonly clients: readonly { readonly topic: string; readonly token: string }[];
}

process.once("disconnect", () => process.exit());
const [{ port, clients }] = (await once(process, "message")) as [IdleTask];
await fewAtOnce(clients, ({ topic, token }) => TopicSocket.subscribed(port, token, topic, () => undefined));
process.send?.("ready");

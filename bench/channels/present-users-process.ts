/**
 * Users at their rooms, each with one socket, in a process of their own. One whose daemon goes connects to the next of `ports`, as a client does.
 * Sends `"ready"` when each has its room; answers `"heard"` with a {@link Heard} of what came since the last time it was asked, and `{ports}`
 * by taking these from then on.
 */
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fewAtOnce } from "../support/few-at-once.ts";
import { TopicSocket } from "../support/topic-socket.ts";

export interface PresentUsersTask {
  readonly ports: readonly number[];
  /** `at`: the port that a user begins with, by its index. */
  readonly users: readonly { readonly at: number; readonly topic: string; readonly token: string }[];
}

export interface Heard {
  readonly joined: number;
  readonly left: number;
  /** Sockets that closed. */
  readonly closed: number;
  /** Users that have their room again, or still. */
  readonly connected: number;
  /** The least and the most users that frames said were at a room, by who heard last of it. */
  readonly counts: readonly [least: number, most: number];
}

/** As a `bye` asks. */
const RETRY_MS = 2_000;
const PRESENCE = /^\{"type":"presence"/;

interface PresenceFrame {
  readonly count: number;
  readonly joined?: readonly unknown[];
  readonly left?: readonly unknown[];
}

process.once("disconnect", () => process.exit());
const [task] = (await once(process, "message")) as [PresentUsersTask];
let { ports } = task;
const counts = task.users.map(() => 0);
let [joined, left, closed, connected] = [0, 0, 0, 0];

await fewAtOnce(task.users, ({ at }, index) => join(index, at));
process.send?.("ready");

process.on("message", (message: "heard" | Pick<PresentUsersTask, "ports">) => {
  if (message !== "heard") {
    ({ ports } = message);
    return;
  }
  const range = [Math.min(...counts), Math.max(...counts)] as const;
  process.send?.({ joined, left, closed, connected, counts: range } satisfies Heard);
  [joined, left, closed] = [0, 0, 0];
});

async function join(index: number, at: number): Promise<void> {
  const user = task.users[index];
  const port = ports[at % ports.length];
  if (user === undefined || port === undefined) return;
  const socket = await TopicSocket.subscribed(port, user.token, user.topic, (text) => hear(index, text));
  connected += 1;
  socket.onClose = () => {
    closed += 1;
    connected -= 1;
    void joinAgain(index, at + 1);
  };
}

async function joinAgain(index: number, at: number): Promise<void> {
  await pause(RETRY_MS * Math.random());
  await join(index, at).catch(() => joinAgain(index, at + 1));
}

function hear(index: number, text: string): void {
  if (!PRESENCE.test(text)) return;
  const frame = JSON.parse(text) as PresenceFrame;
  counts[index] = frame.count;
  joined += frame.joined?.length ?? 0;
  left += frame.left?.length ?? 0;
}

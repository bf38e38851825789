/** Who is at a topic and who types there, as a socket's client shows it. */
import { eventually } from "./real-time.ts";
import { ShownPresence } from "./shown-presence.ts";
import type { TestSocket } from "./socket.ts";

export function presenceAt(socket: TestSocket, topic: string): ShownPresence {
  return ShownPresence.of(socket.frames, topic);
}

/** Resolves once exactly these are shown, in whatever order. */
export function showsUsers(socket: TestSocket, topic: string, ...users: readonly string[]): Promise<void> {
  return eventually(
    () =>
      `${users.join()} at ${topic}; shown are ${presenceAt(socket, topic).names.join()}; came ${socket.bytes.join(" ")}`,
    () => presenceAt(socket, topic).names.join() === users.toSorted().join(),
  );
}

/** Resolves once exactly these are shown as typing, in this order. */
export function showsTyping(socket: TestSocket, topic: string, ...users: readonly string[]): Promise<void> {
  return eventually(
    () => `${users.join()} typing at ${topic}; came ${socket.bytes.join(" ")}`,
    () => presenceAt(socket, topic).typing.join() === users.join(),
  );
}

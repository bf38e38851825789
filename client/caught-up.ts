/**
 * `@deltad/client/caught-up`: read your writes. Whoever wrote hands on what `deltad.here()` gave in the transaction; the page waits for it.
 *
 *     const { receipt } = await (await fetch("/bookings", { method: "POST", body })).json();
 *     await caughtUp(client, "owner:7", receipt);
 */
import type { NackCode } from "../protocol/codes.ts";
import { WAIT_MS } from "../protocol/limits.ts";
import type { Client } from "./client.ts";
import { soon } from "./environment.ts";
import type { Answer } from "./read-frame.ts";
import type { AnyStreamTypes } from "./stream-types.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** How long is waited. */
export interface CaughtUpOptions {
  /** Milliseconds, 30,000 at most; 5,000 unless given. Also without a connection. */
  readonly timeoutMs?: number;
}

/** Why it is not known that a topic has caught up. */
export type CaughtUpFailure = NackCode | "invalid_message";

let requests = 0;

/**
 * Resolves when what the topic shows has what the transaction of the receipt did, whichever daemon the client is connected to; at once where
 * it has, and also where the transaction changed nothing of the topic or was rolled back. The topic, of an owner, a channel or any other kind,
 * must have a listener. A connection that is lost meanwhile is waited for. Rejects with an Error whose message is a {@link CaughtUpFailure}:
 * `timed_out`; `bad_receipt` and `foreign_receipt` for what is no receipt of this database, or one of before it was restarted;
 * `not_subscribed` for a topic without a listener; `forbidden`; `unavailable` where there is no WebSocket.
 */
export function caughtUp(
  client: Pick<Client, "connection">,
  topic: string,
  receipt: string,
  { timeoutMs = WAIT_MS }: CaughtUpOptions = {},
): Promise<void> {
  // The connection is the client's topics.
  const topics = client.connection as Subscriptions<AnyStreamTypes>;
  const endsAt = performance.now() + timeoutMs;
  const id = `w${(requests += 1)}`;
  return new Promise((resolve, reject) => {
    /** The socket on which it was asked. */
    let asked: typeof topics.socket;
    const settle = (why?: CaughtUpFailure): void => {
      clearTimeout(timer);
      unsubscribe();
      topics.heard.delete(id);
      if (why) reject(new Error(why));
      else resolve();
    };
    const ask = (): void => {
      const { socket } = topics;
      if (socket === asked || topics.getSnapshot().state !== "open") return;
      asked = socket;
      const leftMs = Math.max(0, Math.ceil(endsAt - performance.now()));
      socket?.send({ type: "wait", id, topic, for: receipt, timeoutMs: leftMs });
    };
    topics.heard.set(id, (answer: Answer) =>
      settle(answer.type === "ack" ? undefined : (answer.code as CaughtUpFailure)),
    );
    const unsubscribe = topics.subscribe(ask);
    // The daemon says why, where it can; here the connection is away.
    const timer = setTimeout(() => settle("timed_out"), timeoutMs + 1_000);
    // After the subscriptions of this turn.
    soon(ask);
  });
}

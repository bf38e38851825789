/** Server-sent events on a response of uWebSockets.js, which tells only by a write whether it still holds something. */
import type { OpenEventStream, TransportLimits } from "./transport.ts";

/** What of the library's response a stream uses. */
export interface StreamedResponse {
  /** False if the library had to keep bytes back. It notices only with the next write what the flush of a `cork` left. */
  write(chunk: Uint8Array): boolean;
  end(body: string, closeConnection: boolean): unknown;
  close(): unknown;
  cork(run: () => void): unknown;
  onWritable(handler: (offset: number) => boolean): unknown;
}

/** Makes a handler that can't throw: `onFailure` is called instead. */
export type Guard = <A extends unknown[]>(
  what: string,
  run: (...args: A) => void,
  onFailure: (...args: A) => void,
) => (...args: A) => void;

export interface EventStreamContext {
  readonly guard: Guard;
  readonly limits: TransportLimits;
}

/** An empty comment. */
const PROBE = Buffer.from(":\n");

/**
 * The head is written. The library itself cuts a peer that takes nothing for 10 s while something is kept back.
 * @returns what is to be called when the peer has gone
 */
export function openEventStream(
  native: StreamedResponse,
  open: OpenEventStream,
  { guard, limits }: EventStreamContext,
): () => void {
  let isOpen = true;
  /** At least what the library has kept back since its first refusal. */
  let unreadBytes = 0;
  const write = (chunk: Uint8Array): void => {
    unreadBytes = native.write(chunk) ? 0 : unreadBytes + chunk.length;
  };
  const fail = (): void => {
    if (isOpen) native.close();
  };
  const probe = (): void => {
    if (!isOpen || unreadBytes === 0) return;
    write(PROBE);
    if (unreadBytes === 0) handlers.drained();
  };
  const guardedProbe = guard("a drain", probe, fail);
  native.onWritable(() => {
    guardedProbe();
    return true;
  });
  // May end it at once: nothing may be asked of the response after this.
  const handlers = open({
    send: (bytes) => {
      if (!isOpen) return;
      if (unreadBytes > limits.maxBufferedBytes) return fail();
      native.cork(() => write(bytes));
    },
    bufferedBytes: () => unreadBytes,
    end: () => {
      if (isOpen) native.cork(() => native.end("", true));
      isOpen = false;
    },
  });
  const gone = (): void => {
    isOpen = false;
    handlers.closed();
  };
  return guard("a close", gone, () => {});
}

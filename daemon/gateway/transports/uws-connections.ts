/**
 * The HTTP connections of uWebSockets.js, from their first byte to their last: how many there are of which address, also of those that ask
 * for nothing.
 *
 * The library's filter tells of every connection that comes and goes, but not of which one goes, and of none that becomes a WebSocket. Its
 * `onAborted` tells of one, but is forgotten with every answer. So each connection keeps the handle that the filter gave, which stays good
 * for as long as the connection is open, and listens by it whenever no request does. Which connection a request came on says the handle's
 * `onData`: the library calls it right after the request's own handler, also where there is no body.
 *
 * A handle is only touched where the connection is known to be open: else it is another's memory.
 */
import type { RequestBody } from "./request-body.ts";
import type { TransportHandlers } from "./transport.ts";
import type { Guard } from "./uws-event-stream.ts";

/** What of the library's response is used between requests. */
interface Handle {
  onAborted(handler: () => void): unknown;
  onData(handler: (piece: ArrayBuffer, isLast: boolean) => void): unknown;
  close(): unknown;
  getRemoteAddressAsText(): ArrayBuffer;
}

type ConnectionHandlers = Pick<TransportHandlers, "connected" | "left">;

/** One request, from its head to the last byte of its answer. */
export interface Exchange {
  readonly remoteAddress: string;
  /** Of its connection; undefined until the request's head has been read. */
  handle: Handle | undefined;
  /** Takes its body, where that is wanted. */
  body: RequestBody | undefined;
}

export class UwsConnections {
  readonly #handlers: ConnectionHandlers;
  readonly #guard: Guard;
  /** Of all kinds. */
  #open = 0;
  #closed = 0;
  #latest: Exchange | undefined;

  constructor(handlers: ConnectionHandlers, guard: Guard) {
    this.#handlers = handlers;
    this.#guard = guard;
  }

  get open(): number {
    return this.#open;
  }

  /** The library's filter. */
  filter(handle: Handle, count: number): void {
    if (count < 0) return this.gone();
    const remoteAddress = addressOf(handle);
    const isIn = this.#handlers.connected(remoteAddress);
    this.#open += 1;
    if (isIn) this.#await(handle, remoteAddress);
    else handle.close();
  }

  /** Of a WebSocket the filter does not tell. */
  gone(): void {
    this.#open -= 1;
    this.#closed += 1;
  }

  /** A request's head was read. Its own `onAborted` takes the place of the connection's, and must lead to {@link leave}. */
  request(remoteAddress: string): Exchange {
    this.#latest = { remoteAddress, handle: undefined, body: undefined };
    return this.#latest;
  }

  /** Runs what may end the exchange, and with it perhaps the connection; true if it did the former. */
  answer({ handle, remoteAddress }: Exchange, run: () => boolean): void {
    const closedBefore = this.#closed;
    if (!run()) return;
    if (handle !== undefined && this.#closed === closedBefore) this.#await(handle, remoteAddress);
    else this.leave(remoteAddress);
  }

  /** It has gone, or is no plain connection any more. */
  leave(remoteAddress: string): void {
    this.#handlers.left(remoteAddress);
  }

  /** Listens until the next request. */
  #await(handle: Handle, remoteAddress: string): void {
    const nothing = (): void => undefined;
    handle.onAborted(this.#guard("the end of a connection", () => this.leave(remoteAddress), nothing));
    let current: Exchange | undefined;
    const take = this.#guard(
      "a request's body",
      (piece: ArrayBuffer, isLast: boolean) => current?.body?.take(new Uint8Array(piece), isLast),
      () => handle.close(),
    );
    handle.onData((piece, isLast) => {
      if (this.#latest !== undefined) {
        this.#latest.handle = handle;
        current = this.#latest;
      }
      this.#latest = undefined;
      take(piece, isLast);
    });
  }
}

export function addressOf(native: Pick<Handle, "getRemoteAddressAsText">): string {
  return Buffer.from(native.getRemoteAddressAsText()).toString();
}

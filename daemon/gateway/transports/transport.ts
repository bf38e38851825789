import type { Log } from "../../config/log.ts";
import type { Frame } from "../../hub/frame.ts";

/**
 * What the gateway needs from a server of HTTP and WebSocket. A transport knows neither topics nor tokens. It guarantees that a handler
 * that throws harms nobody but its own connection, and that nothing is called on a socket after `closed`.
 */
export interface Transport {
  readonly name: "uws" | "ws";
  /** Connections of all kinds, also those that ask for nothing. */
  readonly openSockets: number;
  /**
   * Binds the port for itself alone.
   * @returns the port, which is the system's choice if `port` is 0
   * @throws ConfigError if the port is taken or may not be used
   */
  listen(host: string, port: number): Promise<number>;
  /** Refuses new connections; open ones go on. */
  stopListening(): void;
  /** Ends everything at once. Idempotent. */
  close(): void;
}

export type CreateTransport = (handlers: TransportHandlers, limits: TransportLimits, log: Log) => Transport;

export interface TransportHandlers {
  /** A connection has come; false: it must be ended, at once and without a word. */
  connected(remoteAddress: string): boolean;
  /** One that was let in ended, or is a WebSocket or an event stream from now on. Once each. */
  left(remoteAddress: string): void;
  /** Its body is read before it comes to {@link request}; that of any other never is. */
  takesBody(request: Request): boolean;
  /** Answers once, now or later. */
  request(request: Request, respond: (response: Response) => void): void;
  /** Decides about a WebSocket handshake, at once. */
  handshake(request: Request): Handshake;
  /** A WebSocket is open; `context` is what the handshake accepted it with. */
  open(socket: Socket, context: unknown): SocketHandlers;
}

export interface TransportLimits {
  /** A longer message closes the connection by 1009; a longer body is not kept. */
  readonly maxMessageBytes: number;
  /** A socket with more unread bytes than this is cut, as a safety net far above the gateway's own mark. */
  readonly maxBufferedBytes: number;
  /** A peer that answers no ping for this long is gone. 8,000 to 960,000. */
  readonly idleTimeoutMs: number;
}

export interface Request {
  /** Upper case. */
  readonly method: string;
  /** As sent: not decoded, no query. */
  readonly path: string;
  /** As sent, without its question mark. */
  readonly query: string;
  /** Of the peer, which may be a proxy; as text, in any spelling. */
  readonly remoteAddress: string;
  /** By lower-case name; undefined if absent. */
  header(name: string): string | undefined;
  /** Where it was read; undefined if it was too long. */
  readonly body?: string | undefined;
}

export interface Response {
  readonly status: number;
  /** With `connection: close` nothing else on the connection is read, and it may end without the answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** A function: server-sent events, until one side ends them. Not called if the peer has gone. */
  readonly body: Uint8Array | string | OpenEventStream;
}

export type OpenEventStream = (stream: EventStream) => EventStreamHandlers;

/** A body without end, of type `text/event-stream`. */
export interface EventStream {
  send(bytes: Uint8Array): void;
  /** Bytes that the peer has not taken; may miss what one flush left. */
  bufferedBytes(): number;
  /** Ends the answer and its connection; what was sent before still arrives if the peer reads. */
  end(): void;
}

export interface EventStreamHandlers {
  /** The peer took bytes after it had fallen behind. */
  drained(): void;
  /** The peer has gone before the end. */
  closed(): void;
}

export type Handshake =
  | { readonly accept: true; readonly subprotocol: string | undefined; readonly context: unknown }
  | { readonly accept: false; readonly response: Response };

export interface Socket {
  /** Sends text frames together. */
  send(frames: readonly Frame[]): void;
  /** Bytes that the peer has not taken. */
  bufferedBytes(): number;
  /** Says goodbye with a code; what was sent before still arrives if the peer reads. `closed` follows. */
  close(code: number, reason: string): void;
}

export interface SocketHandlers {
  /** `undefined` for a binary message. */
  message(text: string | undefined): void;
  /** The peer sent a ping, which the transport answers. */
  pinged(): void;
  /** The peer took bytes after it had fallen behind. */
  drained(): void;
  closed(code: number): void;
}

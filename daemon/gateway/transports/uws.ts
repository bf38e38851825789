/**
 * The transport on uWebSockets.js: the only file that knows it. The library's handlers must not throw, and a request may neither be left
 * without an answer nor be answered after it was aborted: either ends the process. So every handler goes through `guard`, once, here.
 */
import { STATUS_CODES } from "node:http";
import type * as uWS from "uWebSockets.js";
import type { Log } from "../../config/log.ts";
import type { Frame } from "../../hub/frame.ts";
import { listenError, probePort } from "./listen-error.ts";
import type {
  CreateTransport,
  Request,
  Response,
  Socket,
  SocketHandlers,
  Transport,
  TransportHandlers,
  TransportLimits,
} from "./transport.ts";
import { type EventStreamContext, type Guard, openEventStream } from "./uws-event-stream.ts";

/** What the library has at run time and its typings lack. */
interface Missing {
  readonly DISABLED: number;
  readonly LIBUS_LISTEN_EXCLUSIVE_PORT: number;
  readonly App: () => Omit<uWS.TemplatedApp, "listen"> & {
    listen(host: string, port: number, options: number, done: (socket: uWS.us_listen_socket | false) => void): void;
  };
}
type Library = Omit<typeof uWS, keyof Missing> & Missing;

interface Connection {
  /** Until the connection is open. */
  context: unknown;
  session: SocketHandlers | undefined;
  isOpen: boolean;
}
type NativeSocket = uWS.WebSocket<Connection>;

/** @throws whatever the import throws where no binary fits this Node or system */
export async function loadUws(): Promise<CreateTransport> {
  const library = (await import("uWebSockets.js")) as unknown as Library;
  return (handlers, limits, log) => createUwsTransport(library, handlers, limits, log);
}

function createUwsTransport(
  library: Library,
  handlers: TransportHandlers,
  limits: TransportLimits,
  log: Log,
): Transport {
  const guard: Guard = (what, run, onFailure) => {
    return (...args) => {
      try {
        run(...args);
      } catch (error) {
        log.error({ error }, `${what} failed`);
        // Throws where the answer was already given: then there is nothing to do.
        try {
          onFailure(...args);
        } catch {}
      }
    };
  };
  const respond = (native: uWS.HttpResponse, isHead: boolean): ((response: Response) => void) =>
    guard("an answer", responder(native, isHead, { guard, limits }), () => native.close());
  const fail = (native: NativeSocket): void => {
    if (native.getUserData().isOpen) native.end(1011, "");
  };

  const app = library.App();
  app.any(
    "/*",
    guard(
      "a request",
      (native, incoming) =>
        handlers.request(requestOf(native, incoming), respond(native, incoming.getMethod() === "head")),
      (native) => native.close(),
    ),
  );
  app.ws<Connection>("/*", {
    compression: library.DISABLED,
    maxPayloadLength: limits.maxMessageBytes,
    maxBackpressure: limits.maxBufferedBytes,
    closeOnBackpressureLimit: true,
    idleTimeout: Math.round(limits.idleTimeoutMs / 1000),
    sendPingsAutomatically: true,
    upgrade: guard(
      "a handshake",
      (native, incoming, upgradeContext) => {
        const handshake = handlers.handshake(requestOf(native, incoming));
        if (!handshake.accept) return respond(native, false)(handshake.response);
        const connection: Connection = { context: handshake.context, session: undefined, isOpen: true };
        const key = incoming.getHeader("sec-websocket-key");
        native.upgrade(connection, key, handshake.subprotocol ?? "", "", upgradeContext);
      },
      (native) => native.close(),
    ),
    open: guard(
      "a new connection",
      (native: NativeSocket) => {
        const connection = native.getUserData();
        const { context } = connection;
        // It holds the token.
        connection.context = undefined;
        connection.session = handlers.open(new UwsSocket(native, connection), context);
      },
      fail,
    ),
    message: guard(
      "a message",
      (native: NativeSocket, message: ArrayBuffer, isBinary: boolean) => {
        native.getUserData().session?.message(isBinary ? undefined : Buffer.from(message).toString());
      },
      fail,
    ),
    ping: guard("a ping", (native: NativeSocket) => native.getUserData().session?.pinged(), fail),
    drain: guard("a drain", (native: NativeSocket) => native.getUserData().session?.drained(), fail),
    close: guard(
      "a close",
      (native: NativeSocket, code: number) => {
        const connection = native.getUserData();
        connection.isOpen = false;
        connection.session?.closed(code);
      },
      () => {},
    ),
  });

  let listening: uWS.us_listen_socket | undefined;
  let closed = false;
  return {
    name: "uws",
    listen: async (host, port) => {
      const options = library.LIBUS_LISTEN_EXCLUSIVE_PORT;
      const socket = await new Promise<uWS.us_listen_socket | false>((done) => app.listen(host, port, options, done));
      if (socket === false) throw listenError(host, port, await probePort(host, port));
      listening = socket;
      return library.us_socket_local_port(socket);
    },
    stopListening: () => {
      if (listening !== undefined && !closed) library.us_listen_socket_close(listening);
      listening = undefined;
    },
    close: () => {
      if (!closed) app.close();
      closed = true;
    },
  };
}

/** Copied: the native request lives no longer than the handler. */
function requestOf(native: uWS.HttpResponse, incoming: uWS.HttpRequest): Request {
  const headers = new Map<string, string>();
  incoming.forEach((name, value) => {
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  });
  return {
    method: incoming.getMethod().toUpperCase(),
    path: incoming.getUrl(),
    query: incoming.getQuery(),
    remoteAddress: Buffer.from(native.getRemoteAddressAsText()).toString(),
    header: (name) => headers.get(name),
  };
}

/** Answers once; an aborted request is let go. */
function responder(
  native: uWS.HttpResponse,
  isHead: boolean,
  context: EventStreamContext,
): (response: Response) => void {
  let done = false;
  let onAborted = (): void => {};
  native.onAborted(() => {
    done = true;
    onAborted();
  });
  return ({ status, headers, body }) => {
    if (done) return;
    done = true;
    // The library can't both answer and leave alone what else came in the same packet.
    if (headers["connection"] === "close") {
      native.close();
      return;
    }
    native.cork(() => {
      native.writeStatus(`${status} ${STATUS_CODES[status]}`);
      for (const [name, value] of Object.entries(headers)) native.writeHeader(name, value);
      if (typeof body === "function") onAborted = openEventStream(native, body, context);
      else if (status === 304) native.endWithoutBody();
      else if (isHead) native.endWithoutBody(Buffer.byteLength(body));
      else endAsTaken(native, typeof body === "string" ? Buffer.from(body) : body, context.guard);
    });
  };
}

/**
 * Answers with as much as the peer takes. The library would copy the rest, and a few bytes that ask for a page a thousand times would fill
 * the memory; a request that comes before the last one's answer is complete ends the connection instead.
 */
function endAsTaken(native: uWS.HttpResponse, body: Uint8Array, guard: Guard): void {
  const start = native.getWriteOffset();
  const endFrom = (offset: number): void => void native.tryEnd(body.subarray(offset - start), body.length);
  const go = guard("an answer", endFrom, () => native.close());
  native.onWritable((offset) => {
    go(offset);
    return true;
  });
  go(start);
}

class UwsSocket implements Socket {
  readonly #native: NativeSocket;
  readonly #connection: Connection;

  constructor(native: NativeSocket, connection: Connection) {
    this.#native = native;
    this.#connection = connection;
  }

  send(frames: readonly Frame[]): void {
    const connection = this.#connection;
    const native = this.#native;
    if (!connection.isOpen) return;
    native.cork(() => {
      for (const { bytes } of frames) if (connection.isOpen) native.send(bytes, false);
    });
  }

  bufferedBytes(): number {
    return this.#connection.isOpen ? this.#native.getBufferedAmount() : 0;
  }

  close(code: number, reason: string): void {
    if (this.#connection.isOpen) this.#native.end(code, reason);
  }
}

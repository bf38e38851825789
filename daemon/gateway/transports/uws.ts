/**
 * The transport on uWebSockets.js: the only file that knows it. The library's handlers must not throw, and a request may neither be left
 * without an answer nor be answered after it was aborted: either ends the process. So every handler goes through `guard`, once, here.
 */
import type * as uWS from "uWebSockets.js";
import type { Log } from "../../config/log.ts";
import type { Frame } from "../../hub/frame.ts";
import { listenError, probePort } from "./listen-error.ts";
import { RequestBody } from "./request-body.ts";
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
import { responder } from "./uws-answer.ts";
import { addressOf, type Exchange, UwsConnections } from "./uws-connections.ts";
import type { Guard } from "./uws-event-stream.ts";

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
  const connections = new UwsConnections(handlers, guard);
  const respond = (native: uWS.HttpResponse, request: Request, exchange: Exchange): ((response: Response) => void) =>
    guard("an answer", responder(native, request, { guard, limits, connections, exchange }), () => native.close());
  const fail = (native: NativeSocket): void => {
    if (native.getUserData().isOpen) native.end(1011, "");
  };

  const app = library.App();
  app.filter(
    guard(
      "a connection",
      (native, count) => connections.filter(native, count),
      (native) => native.close(),
    ),
  );
  app.any(
    "/*",
    guard(
      "a request",
      (native, incoming) => {
        const request = requestOf(native, incoming);
        const exchange = connections.request(request.remoteAddress);
        const answer = respond(native, request, exchange);
        if (!handlers.takesBody(request)) return handlers.request(request, answer);
        exchange.body = new RequestBody(limits.maxMessageBytes, {
          whole: (body) => handlers.request({ ...request, body }, answer),
          endless: () => native.close(),
        });
      },
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
        const request = requestOf(native, incoming);
        const handshake = handlers.handshake(request);
        if (!handshake.accept) {
          const exchange = connections.request(request.remoteAddress);
          return respond(native, request, exchange)(handshake.response);
        }
        const connection: Connection = { context: handshake.context, session: undefined, isOpen: true };
        const key = incoming.getHeader("sec-websocket-key");
        native.upgrade(connection, key, handshake.subprotocol ?? "", "", upgradeContext);
        connections.leave(request.remoteAddress);
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
        connections.gone();
        connection.session?.closed(code);
      },
      () => {},
    ),
  });

  let listening: uWS.us_listen_socket | undefined;
  let closed = false;
  return {
    name: "uws",
    get openSockets() {
      return connections.open;
    },
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
    remoteAddress: addressOf(native),
    header: (name) => headers.get(name),
  };
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
    const [only] = frames;
    // The library corks what is sent alone by itself.
    if (frames.length === 1 && only !== undefined) return void native.send(only.bytes, false);
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

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
import { addressOf, type Exchange, UwsConnections } from "./uws-connections.ts";
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
  const connections = new UwsConnections(handlers, guard);
  const respond = (native: uWS.HttpResponse, request: Request): ((response: Response) => void) =>
    guard("an answer", responder(native, request, { guard, limits, connections }), () => native.close());
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
        handlers.request(request, respond(native, request));
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
        if (!handshake.accept) return respond(native, request)(handshake.response);
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

interface AnswerContext extends EventStreamContext {
  readonly connections: UwsConnections;
}

/**
 * Answers once; an aborted request is let go. The answer waits for the end of the packet that brought the request: what else came in it is
 * no longer read then, since the library ends a connection that asks again before it has its answer.
 */
function responder(
  native: uWS.HttpResponse,
  { method, remoteAddress }: Request,
  context: AnswerContext,
): (response: Response) => void {
  const { connections, guard } = context;
  const exchange = connections.request(remoteAddress);
  let isAnswered = false;
  let isAborted = false;
  let onAborted = (): void => connections.leave(remoteAddress);
  native.onAborted(() => {
    isAborted = true;
    onAborted();
  });
  const write = ({ status, headers, body }: Response): boolean => {
    let isOver = true;
    native.cork(() => {
      native.writeStatus(`${status} ${STATUS_CODES[status]}`);
      for (const [name, value] of Object.entries(headers)) native.writeHeader(name, value);
      if (typeof body === "function") {
        connections.leave(remoteAddress);
        onAborted = () => undefined;
        onAborted = openEventStream(native, body, context);
        isOver = false;
      } else if (status === 304) native.endWithoutBody();
      else if (method === "HEAD") native.endWithoutBody(Buffer.byteLength(body));
      else isOver = endAsTaken(native, typeof body === "string" ? Buffer.from(body) : body, { ...context, exchange });
    });
    return isOver;
  };
  const answer = guard(
    "an answer",
    (response: Response) => {
      if (isAborted) return;
      if (exchange.handle === undefined) native.close();
      else connections.answer(exchange, () => write(response));
    },
    () => native.close(),
  );
  return (response) => {
    if (isAnswered || isAborted) return;
    isAnswered = true;
    // The library can't both answer and leave alone what else came in the same packet.
    if (response.headers["connection"] === "close") native.close();
    else setImmediate(answer, response);
  };
}

/**
 * Answers with as much as the peer takes. The library would copy the rest, and a few bytes that ask for a page a thousand times would fill
 * the memory; a request that comes before the last one's answer is complete ends the connection instead.
 * @returns whether all of it was taken at once
 */
function endAsTaken(
  native: uWS.HttpResponse,
  body: Uint8Array,
  { guard, connections, exchange }: AnswerContext & { readonly exchange: Exchange },
): boolean {
  const start = native.getWriteOffset();
  const endFrom = (offset: number): boolean => native.tryEnd(body.subarray(offset - start), body.length)[1];
  const go = guard(
    "an answer",
    (offset: number) => connections.answer(exchange, () => endFrom(offset)),
    () => native.close(),
  );
  native.onWritable((offset) => {
    go(offset);
    return true;
  });
  return endFrom(start);
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

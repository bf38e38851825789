/** The transport on node:http and `ws`, for where the native one doesn't load. */
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { AddressInfo, Socket as NetSocket } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Log } from "../../config/log.ts";
import { RequestBody } from "./request-body.ts";
import { listenError } from "./listen-error.ts";
import { upgradeRequired } from "../http/response.ts";
import type {
  OpenEventStream,
  Request,
  Response,
  Socket,
  Transport,
  TransportHandlers,
  TransportLimits,
} from "./transport.ts";

/** A client that trickles its headers is cut after this. */
const HEADERS_TIMEOUT_MS = 10_000;
/** Node looks only so often; by default every 30 s. */
const CHECK_EVERY_MS = 2_000;
/** How long the peer may take nothing of an answer; Node looks twice before it believes it. */
const UNREAD_TIMEOUT_MS = 5_000;
/** How long the peer of an ended event stream may leave its last bytes unread, or that of a closed socket its goodbye unsaid. */
const END_TIMEOUT_MS = 10_000;
/** Parts of one message, and pieces in which one part comes. Each costs some 200 bytes until the message is whole. */
const MAX_PARTS = 1_024;
const NOTHING = new Uint8Array();
/** An option that the typings lack. */
const UNTYPED = { closeTimeout: END_TIMEOUT_MS };

export function createWsTransport(handlers: TransportHandlers, limits: TransportLimits, log: Log): Transport {
  const server = createServer({
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: HEADERS_TIMEOUT_MS,
    connectionsCheckingInterval: CHECK_EVERY_MS,
  });
  const subprotocols = new WeakMap<IncomingMessage, string | undefined>();
  const upgrader = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.maxMessageBytes,
    maxFragments: MAX_PARTS,
    maxBufferedChunks: MAX_PARTS,
    ...UNTYPED,
    handleProtocols: (_offered, incoming) => subprotocols.get(incoming) ?? false,
  });
  const open = new Set<WebSocket>();
  /** Of connections that are neither WebSockets nor event streams. */
  const leaving = new WeakMap<Duplex, () => void>();
  let openSockets = 0;

  const guard = (what: string, run: () => void, onFailure: () => void): void => {
    try {
      run();
    } catch (error) {
      log.error({ error }, `${what} failed`);
      onFailure();
    }
  };

  server.on("connection", (socket: NetSocket) => {
    const remoteAddress = socket.remoteAddress ?? "";
    if (!handlers.connected(remoteAddress)) {
      socket.destroy();
      return;
    }
    openSockets += 1;
    leaving.set(socket, () => handlers.left(remoteAddress));
    socket.once("close", () => {
      openSockets -= 1;
      leave(socket);
    });
  });

  function leave(socket: Duplex | null): void {
    if (socket === null) return;
    leaving.get(socket)?.();
    leaving.delete(socket);
  }

  server.on("request", (incoming, outgoing) => {
    const fail = (): void => void outgoing.destroy();
    const respond = ({ status, headers, body }: Response): void => {
      if (outgoing.headersSent || outgoing.destroyed) return;
      if (typeof body === "function") {
        outgoing.writeHead(status, { ...headers, connection: "close" }).flushHeaders();
        return guard("an event stream", () => stream(outgoing, body), fail);
      }
      outgoing.setTimeout(UNREAD_TIMEOUT_MS, fail);
      const length = status === 304 ? {} : { "content-length": Buffer.byteLength(body) };
      outgoing.writeHead(status, { ...headers, ...length }).end(body);
    };
    const request = requestOf(incoming);
    if (!handlers.takesBody(request)) {
      incoming.resume();
      return guard("a request", () => handlers.request(request, respond), fail);
    }
    const body = new RequestBody(limits.maxMessageBytes, {
      whole: (text) => guard("a request", () => handlers.request({ ...request, body: text }, respond), fail),
      endless: fail,
    });
    incoming.on("data", (piece: Buffer) => body.take(piece, false));
    incoming.on("end", () => body.take(NOTHING, true));
    outgoing.on("close", () => body.stop());
  });

  function stream(outgoing: ServerResponse, open: OpenEventStream): void {
    leave(outgoing.socket);
    const fail = (): void => void outgoing.destroy();
    const handlersOfStream = open({
      send: (bytes) => {
        if (outgoing.writableEnded) return;
        if (outgoing.writableLength > limits.maxBufferedBytes) return fail();
        // Without the cork Node would keep the bytes to the end of the turn, where they count as unread.
        outgoing.cork();
        outgoing.write(bytes);
        outgoing.uncork();
      },
      bufferedBytes: () => outgoing.writableLength,
      end: () => {
        outgoing.end();
        outgoing.socket?.setTimeout(END_TIMEOUT_MS, fail);
      },
    });
    outgoing.on("drain", () => guard("a drain", () => handlersOfStream.drained(), fail));
    outgoing.on("close", () => guard("a close", () => handlersOfStream.closed(), fail));
  }

  server.on("upgrade", (incoming, duplex, head) => {
    duplex.on("error", () => duplex.destroy());
    guard(
      "a handshake",
      () => upgrade(incoming, duplex, head),
      () => duplex.destroy(),
    );
  });

  function upgrade(incoming: IncomingMessage, duplex: Duplex, head: Buffer): void {
    const request = requestOf(incoming);
    if (request.header("upgrade")?.toLowerCase() !== "websocket") {
      return handlers.request(request, (response) => answerRaw(duplex, response));
    }
    const handshake = handlers.handshake(request);
    if (!handshake.accept) return answerRaw(duplex, handshake.response);
    leave(duplex);
    subprotocols.set(incoming, handshake.subprotocol);
    upgrader.handleUpgrade(incoming, duplex, head, (socket) => adopt(socket, duplex, handshake.context));
  }

  function adopt(socket: WebSocket, duplex: Duplex, context: unknown): void {
    const fail = (): void => socket.close(1011);
    guard(
      "a new connection",
      () => {
        const session = handlers.open(socketOf(socket, duplex, limits), context);
        const stopPinging = cutWhenSilent(socket, limits.idleTimeoutMs);
        open.add(socket);
        socket.on("message", (data: Buffer, isBinary) => {
          guard("a message", () => session.message(isBinary ? undefined : data.toString()), fail);
        });
        socket.on("ping", () => guard("a ping", () => session.pinged(), fail));
        duplex.on("drain", () => guard("a drain", () => session.drained(), fail));
        socket.on("close", (code) => {
          open.delete(socket);
          stopPinging();
          guard("a close", () => session.closed(code), fail);
        });
      },
      fail,
    );
    // After a protocol error `ws` closes by itself, with the code that fits.
    socket.on("error", () => {});
  }

  return {
    name: "ws",
    get openSockets() {
      return openSockets;
    },
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(host, port, error.code)));
        server.listen({ host, port, exclusive: true }, () => resolve((server.address() as AddressInfo).port));
      }),
    stopListening: () => {
      server.close();
    },
    close: () => {
      server.close();
      for (const socket of open) socket.terminate();
      server.closeAllConnections();
    },
  };
}

function requestOf(incoming: IncomingMessage): Request {
  const url = incoming.url ?? "/";
  return {
    method: incoming.method ?? "GET",
    path: url.split("?", 1)[0] ?? "/",
    query: url.slice(url.indexOf("?") + 1 || url.length),
    remoteAddress: incoming.socket.remoteAddress ?? "",
    header: (name) => {
      // Of some headers node:http would drop what comes twice.
      return incoming.headersDistinct[name]?.join(", ");
    },
  };
}

/** Answers on a connection that node:http has let go because it asked for an upgrade. */
function answerRaw(duplex: Duplex, { status, headers, body }: Response): void {
  if (typeof body === "function") return answerRaw(duplex, upgradeRequired());
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = Buffer.byteLength(body);
  duplex.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: ${length}\r\n`);
  duplex.write(`${lines.join("")}\r\n`);
  duplex.end(body);
}

function socketOf(socket: WebSocket, duplex: Duplex, limits: TransportLimits): Socket {
  return {
    send: (frames) => {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > limits.maxBufferedBytes) return socket.terminate();
      duplex.cork();
      for (const { bytes } of frames) socket.send(bytes, { binary: false });
      duplex.uncork();
    },
    bufferedBytes: () => socket.bufferedAmount,
    close: (code, reason) => socket.close(code, reason),
  };
}

/** Pings; a peer that has not answered by the next ping is gone. Returns how to stop. */
function cutWhenSilent(socket: WebSocket, idleTimeoutMs: number): () => void {
  let answered = true;
  socket.on("pong", () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, idleTimeoutMs / 2);
  return () => clearInterval(timer);
}

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { parse, union } from "valibot";
import { type WebSocket, WebSocketServer } from "ws";
import { type Down, frame } from "../../protocol/down.ts";
import type { EventFrame } from "../../protocol/down/event.ts";
import { type Up, up } from "../../protocol/up.ts";
import { type Refresh, refresh } from "../../protocol/up/refresh.ts";
import { PROTOCOL, STREAM_PATH } from "../../protocol/version.ts";

type Message = Up | Refresh;
type MessageOf<Type extends Message["type"]> = Extract<Message, { type: Type }>;
/** A frame without what every frame has; the cursor may be left to the daemon. */
export type Line = LineOf<Down> | LineOf<EventFrame>;
type LineOf<Frame extends { type: string }> = Frame extends unknown
  ? Omit<Frame, "timestamp" | "cursor"> & { readonly cursor?: string }
  : never;

/** A daemon that says only what the test makes it say, in frames that the protocol's schemas accept, to clients held to them too. */
export class ScriptedDaemon {
  readonly url: string;
  readonly #server: WebSocketServer;
  readonly #waiting: ((visitor: Visitor) => void)[] = [];
  readonly #arrived: Visitor[] = [];

  private constructor(server: WebSocketServer) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("connection", (socket) => {
      const visitor = new Visitor(socket);
      const wanted = this.#waiting.shift();
      if (wanted) wanted(visitor);
      else this.#arrived.push(visitor);
    });
  }

  static async start(): Promise<ScriptedDaemon> {
    const server = new WebSocketServer({
      host: "127.0.0.1",
      port: 0,
      path: STREAM_PATH,
      handleProtocols: (offered) => offered.has(PROTOCOL) && PROTOCOL,
    });
    await once(server, "listening");
    return new ScriptedDaemon(server);
  }

  /** How many sockets are open, on the server's side. */
  get open(): number {
    return this.#server.clients.size;
  }

  /** The next client that connects; each is given once. */
  visitor(): Promise<Visitor> {
    const arrived = this.#arrived.shift();
    return arrived ? Promise.resolve(arrived) : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The next client, let in; its first request is still to be heard. */
  async guest({ lifetimeMs = 3_600_000 } = {}): Promise<Visitor> {
    const visitor = await this.visitor();
    await visitor.asks("authenticate");
    visitor.say({
      type: "welcome",
      protocol: PROTOCOL,
      connectionId: "c1",
      heartbeatMs: 30_000,
      expiresAt: Date.now() + lifetimeMs,
      topics: ["owner:1"],
    });
    return visitor;
  }

  /** The next client, let in and subscribed; its snapshot is still to be said. */
  async subscriber(): Promise<Visitor> {
    const visitor = await this.guest();
    await visitor.asks("subscribe");
    return visitor;
  }

  async stop(): Promise<void> {
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
    await once(this.#server, "close");
  }
}

export class Visitor {
  readonly #socket: WebSocket;
  readonly #heard: Message[] = [];
  #listener: (() => void) | undefined;
  readonly left: Promise<number>;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => {
      this.#heard.push(parse(union([up, refresh]), JSON.parse((data as Buffer).toString("utf8"))));
      this.#listener?.();
    });
    this.left = new Promise((resolve) => socket.on("close", resolve));
  }

  /** The client's next message, which must be of this type. */
  async asks<Type extends Message["type"]>(type: Type): Promise<MessageOf<Type>> {
    while (this.#heard.length === 0) await new Promise<void>((resolve) => (this.#listener = resolve));
    const message = this.#heard.shift();
    if (message?.type !== type) throw new Error(`expected ${type}, heard ${JSON.stringify(message)}`);
    return message as MessageOf<Type>;
  }

  /** How many messages came that the test has not asked for. */
  get unheard(): number {
    return this.#heard.length;
  }

  say(line: Line): void {
    this.sayRaw(JSON.stringify(parse(frame, { timestamp: Date.now(), cursor: "c", ...line })));
  }

  sayRaw(text: string): void {
    this.#socket.send(text);
  }

  close(code: number): void {
    this.#socket.close(code);
  }

  /** Cuts the connection with no closing handshake. */
  cut(): void {
    this.#socket.terminate();
  }
}

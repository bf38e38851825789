import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { parse } from "valibot";
import { type WebSocket, WebSocketServer } from "ws";
import { type Down, down } from "../../protocol/down.ts";
import { type Up, up } from "../../protocol/up.ts";
import { PROTOCOL, STREAM_PATH } from "../../protocol/version.ts";

type UpOf<Type extends Up["type"]> = Extract<Up, { type: Type }>;
/** A frame without what every frame has; the cursor may be left to the daemon. */
export type Line = {
  [Type in Down["type"]]: Omit<Extract<Down, { type: Type }>, "timestamp" | "cursor"> & { readonly cursor?: string };
}[Down["type"]];

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

  /** The next client that connects, each told once. */
  visitor(): Promise<Visitor> {
    const arrived = this.#arrived.shift();
    return arrived ? Promise.resolve(arrived) : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The next client, let in and subscribed; its snapshot is still to be said. */
  async subscriber({ heartbeatMs = 30_000 } = {}): Promise<Visitor> {
    const visitor = await this.visitor();
    await visitor.asks("authenticate");
    visitor.say({
      type: "welcome",
      protocol: PROTOCOL,
      connectionId: "c1",
      heartbeatMs,
      expiresAt: Date.now() + 60_000,
      owners: ["1"],
    });
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
  readonly #heard: Up[] = [];
  #listener: (() => void) | undefined;
  readonly left: Promise<number>;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => {
      this.#heard.push(parse(up, JSON.parse((data as Buffer).toString("utf8"))));
      this.#listener?.();
    });
    this.left = new Promise((resolve) => socket.on("close", resolve));
  }

  /** The client's next message, which must be of this type. */
  async asks<Type extends Up["type"]>(type: Type): Promise<UpOf<Type>> {
    while (this.#heard.length === 0) await new Promise<void>((resolve) => (this.#listener = resolve));
    const message = this.#heard.shift();
    if (message?.type !== type) throw new Error(`expected ${type}, heard ${JSON.stringify(message)}`);
    return message as UpOf<Type>;
  }

  /** How many messages came that the test has not asked for. */
  get unheard(): number {
    return this.#heard.length;
  }

  say(line: Line): void {
    this.sayRaw(JSON.stringify(parse(down, { timestamp: Date.now(), cursor: "c", ...line })));
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

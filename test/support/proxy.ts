/**
 * A TCP proxy in front of PostgreSQL that knows just enough of the protocol to name connections by their application_name, to count
 * statements, and to go silent as a broken network does: no error, no end, no more bytes.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

interface Connection {
  name: string;
  silent: boolean;
  readonly client: Socket;
  readonly upstream: Socket;
}

export class Proxy {
  /** Changes what clients send; for playing a pooler. */
  rewrite: ((chunk: Buffer) => Buffer) | undefined;
  #statements = 0;
  #silenced: string | undefined;
  #target: URL;
  readonly #server: Server;
  readonly #connections = new Set<Connection>();

  private constructor(target: URL) {
    this.#target = target;
    this.#server = createServer((client) => this.#accept(client));
  }

  static async start(targetUrl: string): Promise<Proxy> {
    const proxy = new Proxy(new URL(targetUrl));
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  /** The target's URL with this proxy's address. */
  get url(): string {
    const url = new URL(this.#target);
    url.hostname = "127.0.0.1";
    url.port = String((this.#server.address() as AddressInfo).port);
    return url.href;
  }

  /** Simple queries and Syncs that clients have sent since the start: one per statement of node-postgres. */
  get statements(): number {
    return this.#statements;
  }

  /** Forwards nothing more on connections whose application_name starts so; new ones are let through. */
  silence(name: string): void {
    for (const connection of this.#connections) if (connection.name.startsWith(name)) connection.silent = true;
  }

  /** From now on new connections with such a name are silent as well; undefined ends it. */
  silenceNew(name: string | undefined): void {
    this.#silenced = name;
  }

  /** Where new connections go from now on: a server that was started again is at another port. */
  retarget(targetUrl: string): void {
    this.#target = new URL(targetUrl);
  }

  async stop(): Promise<void> {
    for (const { client, upstream } of this.#connections) {
      client.destroy();
      upstream.destroy();
    }
    this.#server.close();
    await once(this.#server, "close");
  }

  #accept(client: Socket): void {
    const upstream = connect(Number(this.#target.port), this.#target.hostname);
    for (const socket of [client, upstream]) socket.setNoDelay(true);
    const connection: Connection = { name: "", silent: false, client, upstream };
    this.#connections.add(connection);
    const counter = new StatementCounter(() => {
      this.#statements += 1;
    });
    client.on("data", (chunk: Buffer) => {
      if (connection.name === "") connection.name = applicationName(chunk);
      if (this.#silenced !== undefined && connection.name.startsWith(this.#silenced)) connection.silent = true;
      counter.take(chunk);
      if (!connection.silent) upstream.write(this.rewrite?.(chunk) ?? chunk);
    });
    upstream.on("data", (chunk: Buffer) => {
      if (!connection.silent) client.write(chunk);
    });
    const end = (): void => {
      this.#connections.delete(connection);
      client.destroy();
      upstream.destroy();
    };
    client.on("close", end).on("error", end);
    upstream.on("close", () => connection.silent || end()).on("error", () => connection.silent || end());
  }
}

function applicationName(startup: Buffer): string {
  return /application_name\0([^\0]*)\0/.exec(startup.toString("latin1"))?.[1] ?? "";
}

/** Follows the frontend's messages: after the startup packet each is a type byte and a length that counts itself. */
class StatementCounter {
  readonly #onStatement: () => void;
  #rest: Buffer = Buffer.alloc(0);
  #started = false;

  constructor(onStatement: () => void) {
    this.#onStatement = onStatement;
  }

  take(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const head = this.#started ? 1 : 0;
      if (this.#rest.length < head + 4) return;
      const end = head + this.#rest.readInt32BE(head);
      if (this.#rest.length < end) return;
      const type = this.#started ? String.fromCharCode(this.#rest[0] ?? 0) : "";
      if (type === "Q" || type === "S") this.#onStatement();
      this.#rest = this.#rest.subarray(end);
      this.#started = true;
    }
  }
}

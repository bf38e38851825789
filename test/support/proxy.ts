/**
 * A TCP proxy in front of PostgreSQL that knows just enough of the protocol to name connections by their application_name, to count
 * statements, and to go silent as a broken network does: no error, no end, no more bytes.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

interface Connection {
  name: string;
  silent: boolean;
  /** How many more bytes of the server's come through before both sides are reset. */
  bytesLeft: number;
  readonly client: Socket;
  readonly upstream: Socket;
}

export class Proxy {
  /** Changes what clients send; for playing a pooler. */
  rewrite: ((chunk: Buffer) => Buffer) | undefined;
  /** How many bytes of the server's are passed on at once. */
  sliceBytes = Number.POSITIVE_INFINITY;
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
    return this.through(this.#target.href);
  }

  /** Another URL of the target's server, of a role or a database, with this proxy's address. */
  through(url: string): string {
    const proxied = new URL(url);
    proxied.hostname = "127.0.0.1";
    proxied.port = String((this.#server.address() as AddressInfo).port);
    return proxied.href;
  }

  /** Simple queries and Syncs that clients have sent since the start: one per statement of node-postgres. */
  get statements(): number {
    return this.#statements;
  }

  /** Whether a session that the server knows by this port of its client is one that goes through here. */
  serves(port: number): boolean {
    return [...this.#connections].some(({ upstream }) => upstream.localPort === port);
  }

  /** Forwards nothing more on connections whose application_name starts so; new ones are let through. */
  silence(name: string): void {
    for (const connection of this.#connections) if (connection.name.startsWith(name)) connection.silent = true;
  }

  /** From now on new connections with such a name are silent as well; undefined ends it. */
  silenceNew(name: string | undefined): void {
    this.#silenced = name;
  }

  /** Resets connections whose application_name starts so once `afterBytes` more have come from the server. */
  cut(name: string, afterBytes = 0): void {
    for (const connection of this.#connections) {
      if (!connection.name.startsWith(name)) continue;
      connection.bytesLeft = afterBytes;
      if (afterBytes === 0) reset(connection);
    }
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
    const connection: Connection = { name: "", silent: false, bytesLeft: Number.POSITIVE_INFINITY, client, upstream };
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
      if (!connection.silent) this.#pass(connection, chunk);
    });
    const end = (): void => {
      this.#connections.delete(connection);
      client.destroy();
      upstream.destroy();
    };
    client.on("close", end).on("error", end);
    upstream.on("close", () => connection.silent || end()).on("error", () => connection.silent || end());
  }

  #pass(connection: Connection, chunk: Buffer): void {
    const passed = chunk.subarray(0, connection.bytesLeft);
    connection.bytesLeft -= passed.length;
    const step = Math.min(this.sliceBytes, passed.length);
    for (let at = 0; at < passed.length; at += step) connection.client.write(passed.subarray(at, at + step));
    if (connection.bytesLeft === 0) reset(connection);
  }
}

function reset({ client, upstream }: Connection): void {
  client.resetAndDestroy();
  upstream.resetAndDestroy();
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

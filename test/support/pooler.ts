/**
 * A pooler in transaction mode: two sessions of a real server, shared by all clients. A client has one from the first message of a
 * transaction until the server says that the transaction is over; then the next one may get it. Clients need no password.
 */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, Socket } from "node:net";
import pg from "pg";

const SESSIONS = 2;

interface Client {
  readonly socket: Socket;
  /** Sent while it has no session. */
  waiting: Buffer[];
  session: PooledSession | undefined;
}

interface PooledSession {
  readonly socket: Socket;
  client: Client | undefined;
}

/** How a free session is chosen: the one that was free for longest, or the one that became free last. */
export type Turns = "all in turn" | "the last one first";

export class Pooler {
  readonly #target: string;
  readonly #turns: Turns;
  readonly #server: Server;
  readonly #free: PooledSession[] = [];
  readonly #queue: Client[] = [];
  readonly #sockets = new Set<Socket>();

  private constructor(target: string, turns: Turns) {
    this.#target = target;
    this.#turns = turns;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static async start(targetUrl: string, turns: Turns): Promise<Pooler> {
    const pooler = new Pooler(targetUrl, turns);
    for (let count = 0; count < SESSIONS; count += 1) pooler.#free.push(await pooler.#openSession());
    pooler.#server.listen(0, "127.0.0.1");
    await once(pooler.#server, "listening");
    return pooler;
  }

  /** The target's URL with this pooler's address. */
  get url(): string {
    const url = new URL(this.#target);
    url.port = String((this.#server.address() as AddressInfo).port);
    return url.href;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  /** node-postgres authenticates; from then on its socket is ours. */
  async #openSession(): Promise<PooledSession> {
    const socket = new Socket();
    const client = new pg.Client({ connectionString: this.#target, stream: () => socket });
    await client.connect();
    socket.removeAllListeners().on("error", () => undefined);
    this.#sockets.add(socket);
    const session: PooledSession = { socket, client: undefined };
    socket.on(
      "data",
      messages((message) => {
        session.client?.socket.write(message);
        // ReadyForQuery, idle: the transaction is over.
        if (message.toString("latin1", 0, 1) === "Z" && message.toString("latin1", 5, 6) === "I")
          this.#release(session);
      }),
    );
    return session;
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    const client: Client = { socket, waiting: [], session: undefined };
    socket.on("error", () => undefined);
    socket.once("data", (startup: Buffer) => {
      // AuthenticationOk; ReadyForQuery, idle. node-postgres sends nothing before it has these.
      socket.write(Buffer.from("R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I", "latin1"));
      if (startup.readInt32BE(0) !== startup.length) throw new Error("the startup message came with something else");
      socket.on(
        "data",
        messages((message) => this.#pass(client, message)),
      );
    });
  }

  #pass(client: Client, message: Buffer): void {
    // Terminate: the session lives on.
    if (message.toString("latin1", 0, 1) === "X") return;
    if (client.session) {
      client.session.socket.write(message);
      return;
    }
    client.waiting.push(message);
    if (client.waiting.length > 1) return;
    this.#queue.push(client);
    this.#serve();
  }

  #release(session: PooledSession): void {
    if (session.client) session.client.session = undefined;
    session.client = undefined;
    if (this.#turns === "all in turn") this.#free.push(session);
    else this.#free.unshift(session);
    this.#serve();
  }

  #serve(): void {
    const session = this.#queue.length > 0 ? this.#free.shift() : undefined;
    const client = session && this.#queue.shift();
    if (!client) return;
    session.client = client;
    client.session = session;
    session.socket.write(Buffer.concat(client.waiting.splice(0)));
  }
}

/** Cuts a stream into messages of the protocol: a type byte, and a length that counts itself. */
function messages(take: (message: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
      const end = 1 + rest.readInt32BE(1);
      take(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  };
}

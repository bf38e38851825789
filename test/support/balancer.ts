/** A TCP balancer without stickiness: each connection goes to the next target that takes it. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export class Balancer {
  /** When each connection came, by `performance.now()`, and the target's place; -1 where none took it. */
  readonly accepted: { readonly atMs: number; readonly target: number }[] = [];
  readonly #ports: readonly number[];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #next = 0;
  #isCut = false;

  private constructor(ports: readonly number[]) {
    this.#ports = ports;
    this.#server = createServer({ pauseOnConnect: true }, (client) => void this.#accept(client));
  }

  /** @param ports the targets', on this machine */
  static async start(ports: readonly number[]): Promise<Balancer> {
    const balancer = new Balancer(ports);
    balancer.#server.listen(0, "127.0.0.1");
    await once(balancer.#server, "listening");
    return balancer;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends every connection, and each new one at once, until {@link mend}. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  async stop(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #accept(client: Socket): Promise<void> {
    this.#keep(client);
    if (this.#isCut) return void client.destroy();
    const atMs = performance.now();
    for (let tries = 0; tries < this.#ports.length; tries += 1) {
      const target = this.#next++ % this.#ports.length;
      const upstream = connect(this.#ports[target] ?? 0, "127.0.0.1");
      if (!(await isConnected(upstream))) continue;
      this.accepted.push({ atMs, target });
      this.#keep(upstream);
      client.on("close", () => upstream.destroy());
      upstream.on("close", () => client.destroy());
      client.pipe(upstream).pipe(client);
      return;
    }
    this.accepted.push({ atMs, target: -1 });
    client.destroy();
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("close", () => this.#sockets.delete(socket)).on("error", () => socket.destroy());
  }
}

function isConnected(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  });
}

/** A client as applications use it, with tokens that live for seconds, of which every frame is watched. */
import { type Client, createClient } from "../../client/client.ts";
import type { Owner } from "../../client/owner.ts";
import type { AnyStreamTypes } from "../../client/stream-types.ts";
import { token } from "../../test/support/tokens.ts";
import { FrameMonitor } from "./frame-monitor.ts";

const TOKEN_S = 30;
/** Of the waits that the client takes by chance: those of thousands of clients would be too long for one check. */
const HASTE = 0.05;
/** Of events, how many ids are remembered: the client itself remembers fewer. */
const MOST_IDS = 20_000;

export interface HonestClientOptions {
  readonly name: string;
  readonly url: string;
  readonly owners: readonly string[];
}

export class HonestClient {
  readonly name: string;
  readonly owners: readonly Owner<AnyStreamTypes>[];
  readonly monitor: FrameMonitor;
  readonly #client: Client;
  readonly #events = new Map<string, string>();
  #tokens = 0;
  #leave: (() => void)[] = [];

  constructor({ name, url, owners }: HonestClientOptions) {
    this.name = name;
    this.monitor = new FrameMonitor(owners);
    this.#client = createClient({
      url,
      getToken: () => {
        this.#tokens += 1;
        const now = Date.now();
        return token({ owners, sub: name, jti: this.tokenId, exp: Math.floor(now / 1_000) + TOKEN_S }, now);
      },
      environment: { WebSocket: this.monitor.sockets, random: () => Math.random() * HASTE },
    });
    this.owners = owners.map((owner) => this.#client.owner(owner));
    for (const owner of this.owners)
      owner.on("*", ({ type, id, data }) => this.#heard(`${owner.topic} ${id}`, JSON.stringify([type, data])));
    this.join();
    this.#client.connect();
  }

  /** The `jti` of the token that it got last. */
  get tokenId(): string {
    return `${this.name} ${this.#tokens}`;
  }

  /** Subscribes to its owners. */
  join(): void {
    this.#leave = this.owners.map((owner) => owner.subscribe(() => undefined));
  }

  leave(): void {
    for (const leave of this.#leave.splice(0)) leave();
  }

  close(): void {
    this.#client.close();
  }

  #heard(id: string, what: string): void {
    const before = this.#events.get(id);
    if (before !== undefined) this.monitor.broken(`event ${id} came again, as ${what} after ${before}`);
    if (this.#events.size >= MOST_IDS) this.#events.delete(this.#events.keys().next().value ?? "");
    this.#events.set(id, what);
  }
}

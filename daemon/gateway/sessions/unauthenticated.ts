import type { ClientAddress } from "../http/client-address.ts";
import { AddressTally } from "./address-tally.ts";
import type { Counters } from "./counters.ts";

export interface UnauthenticatedMaxima {
  readonly maxUnauthenticated: number;
  readonly maxUnauthenticatedPerAddress: number;
}

/** A connection without a token. */
export interface Unauthenticated {
  /** Its place is wanted: it must be closed. */
  evict(): void;
}

/** The connections that have shown no token yet, in the order in which they came. */
export class UnauthenticatedConnections {
  readonly #maxima: UnauthenticatedMaxima;
  readonly #counters: Counters;
  readonly #perAddress = new AddressTally();
  readonly #addresses = new Map<Unauthenticated, ClientAddress>();

  constructor(maxima: UnauthenticatedMaxima, counters: Counters) {
    this.#maxima = maxima;
    this.#counters = counters;
  }

  /** The one that has waited longest goes where this is one too many: of its own address, of its site, or of all. */
  add(connection: Unauthenticated, address: ClientAddress): void {
    if (this.#perAddress.isFull(address, this.#maxima.maxUnauthenticatedPerAddress)) {
      this.#counters.count("unauthenticatedPerAddress");
      const { name, site } = address;
      (this.#oldest((other) => other.name === name) ?? this.#oldest((other) => other.site === site))?.evict();
    } else if (this.#addresses.size >= this.#maxima.maxUnauthenticated) {
      this.#counters.count("unauthenticated");
      this.#oldest(() => true)?.evict();
    }
    this.#addresses.set(connection, address);
    this.#perAddress.add(address);
  }

  /** Idempotent. */
  remove(connection: Unauthenticated): void {
    const address = this.#addresses.get(connection);
    if (address === undefined) return;
    this.#addresses.delete(connection);
    this.#perAddress.remove(address);
  }

  #oldest(isMeant: (address: ClientAddress) => boolean): Unauthenticated | undefined {
    for (const [connection, address] of this.#addresses) if (isMeant(address)) return connection;
    return undefined;
  }
}

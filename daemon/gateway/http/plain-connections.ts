/**
 * The connections that are neither WebSockets nor event streams: what asks by HTTP, what has not asked yet, and what keeps its connection
 * for the next time. Transports end those that are idle; here they are counted, since nothing of a token is known of them. One that is too
 * many is ended unanswered: to answer it would take the very room that it must not have.
 *
 * Of the files that the process may open some are left alone: without one a session of the database could not be opened again, and the
 * transport could not even take a connection from the system to end it.
 */
import { CountedWarning, type CountedWarningOptions } from "../../config/counted-warning.ts";
import { MORE_FILES } from "../open-files.ts";
import { AddressTally } from "../sessions/address-tally.ts";
import type { Counters } from "../sessions/counters.ts";
import type { ClientAddress } from "./client-address.ts";

export interface PlainConnectionsOptions {
  readonly maxPerAddress: number;
  /** Connections of all kinds; undefined: any number. */
  readonly maxSockets: number | undefined;
  readonly openSockets: () => number;
  /** Undefined for a trusted proxy. */
  readonly addressOf: (remoteAddress: string) => ClientAddress | undefined;
}

export interface PlainConnectionsServices extends CountedWarningOptions {
  readonly counters: Counters;
}

export class PlainConnections {
  readonly #options: PlainConnectionsOptions;
  readonly #counters: Counters;
  readonly #perAddress = new AddressTally();
  readonly #tooManyOfOne: CountedWarning;
  readonly #tooMany: CountedWarning;

  constructor(options: PlainConnectionsOptions, services: PlainConnectionsServices) {
    this.#options = options;
    this.#counters = services.counters;
    this.#tooManyOfOne = new CountedWarning(
      "ended HTTP connections of an address that has DELTAD_MAX_HTTP_CONNECTIONS_PER_ADDRESS of them; if it is a proxy of yours, " +
        "name it in DELTAD_TRUSTED_PROXIES",
      services,
    );
    this.#tooMany = new CountedWarning(`ended connections for want of files: ${MORE_FILES}`, services);
  }

  /** False if there is no room: it must be ended. */
  connected(remoteAddress: string): boolean {
    const { maxPerAddress, maxSockets, openSockets, addressOf } = this.#options;
    if (maxSockets !== undefined && openSockets() >= maxSockets) {
      this.#counters.count("sockets");
      this.#tooMany.count({ maxSockets });
      return false;
    }
    const address = addressOf(remoteAddress);
    if (address === undefined) return true;
    if (this.#perAddress.isFull(address, maxPerAddress)) {
      this.#counters.count("httpConnectionsPerAddress");
      this.#tooManyOfOne.count({ address: address.name });
      return false;
    }
    this.#perAddress.add(address);
    return true;
  }

  /** One that was let in ended, or became something else. */
  left(remoteAddress: string): void {
    const address = this.#options.addressOf(remoteAddress);
    if (address !== undefined) this.#perAddress.remove(address);
  }

  stop(): void {
    this.#tooManyOfOne.stop();
    this.#tooMany.stop();
  }
}

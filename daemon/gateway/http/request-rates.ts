import { KeyedRate } from "../../config/keyed-rate.ts";
import type { Identity } from "../auth/identity.ts";
import type { Counters } from "../sessions/counters.ts";
import type { Request } from "../transports/transport.ts";
import type { ClientAddress } from "./client-address.ts";
import { REFUSALS } from "./http-access.ts";
import type { Route } from "./routes.ts";

/** In the long run; at once twice as many. */
export interface RequestMaxima {
  readonly requestsPerSecondPerAddress: number;
  readonly requestsPerSecond: number;
}

const API_PREFIX = "/v1/";

/**
 * How often may be asked by HTTP: by one address, before its token is looked at, and by one bearer, whatever the addresses. What the daemon
 * answers without a token is cheap, and a supervisor's: it is not counted.
 */
export class RequestRates {
  readonly #counters: Counters;
  readonly #perAddress: KeyedRate;
  readonly #perBearer: KeyedRate;

  /** @param now milliseconds */
  constructor(maxima: RequestMaxima, counters: Counters, now: () => number) {
    const { requestsPerSecondPerAddress, requestsPerSecond } = maxima;
    this.#counters = counters;
    this.#perAddress = new KeyedRate(2 * requestsPerSecondPerAddress, requestsPerSecondPerAddress, now);
    this.#perBearer = new KeyedRate(2 * requestsPerSecond, requestsPerSecond, now);
  }

  /** The route, for addresses that do not ask too often. */
  limited(route: Route, addressOf: (request: Request) => ClientAddress): Route {
    return (request) => {
      if (!request.path.startsWith(API_PREFIX) || this.#perAddress.take(addressOf(request).name)) return route(request);
      this.#counters.count("requestsPerAddress");
      return REFUSALS.too_many_requests;
    };
  }

  /** An administrator, such as `deltad verify`, may ask as often as it likes. */
  readonly isWithin = ({ isAdmin, bearer }: Identity): boolean => {
    if (isAdmin || this.#perBearer.take(bearer)) return true;
    this.#counters.count("requests");
    return false;
  };
}

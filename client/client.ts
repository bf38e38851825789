/**
 * `@deltad/client`: one socket for any number of topics, kept through lost connections, restarts, refused and expired tokens.
 *
 * The decisions are in two pure machines: `connection-machine.ts` for the socket, `topic-machine.ts` for each topic on it. A thin driver
 * makes the world like each of them: `connector.ts` and `topic-store.ts`; `subscriptions.ts` stands between the two. After `close()` no
 * socket, timer or listener is left.
 */
import type { ConnectionState, Logger } from "./connection-machine.ts";
import { Connector } from "./connector.ts";
import { advice } from "./development.ts";
import { type BareEnvironment, type Environment, globalEnvironment } from "./environment.ts";
import type { Owner } from "./owner.ts";
import type { AnyStreamTypes, KindOf, StreamTypes, TopicName, TypesOf } from "./stream-types.ts";
import { Subscriptions } from "./subscriptions.ts";
import { type GetToken, Tokens } from "./tokens.ts";

export type { Cause } from "./cause.ts";
export type { ConnectionState, Logger } from "./connection-machine.ts";
export type { Environment } from "./environment.ts";
export type { Connection, Owner, State, View } from "./owner.ts";
export type { AnyStreamTypes, EventName, EventOf, KindOf, StreamTypes, TopicName, TypesOf } from "./stream-types.ts";
export type { GetToken, TokenReason, TokenRequest } from "./tokens.ts";

/** Which daemon a client talks to, and where its tokens come from. */
export interface ClientOptions {
  /** Where the daemon is, e.g. `https://live.example.com`; in a browser also relative to the page, from `/` or `.` on. */
  readonly url: string;
  /**
   * Called where there is no token that works: at first, shortly before the last one expires (`expiring`) or after that (`expired`), and
   * once after the daemon did not take it (`refused`); refused again, the client stops.
   */
  readonly getToken: GetToken;
  /**
   * Takes what the application's own callbacks throw, `getToken` too, and what the daemon finds wrong, or says wrong: the place for an
   * error tracker. Without it, what a listener throws goes where uncaught errors go.
   */
  readonly onError?: (error: unknown) => void;
  /** Hears of each transition of the connection, for debugging. */
  readonly logger?: Logger;
  /** Replaces parts of the surroundings; `WebSocket` is required where there is no global one. */
  readonly environment?: Partial<Environment>;
}

/**
 * A client that is connected to nothing yet, and has touched nothing: it may be made anywhere, on a server too. Throws a TypeError for
 * what is no URL of a daemon.
 *
 * `createClient<StreamTypesOf<typeof config>>(…)` knows the metrics and events of that configuration.
 */
export function createClient<S extends StreamTypes = AnyStreamTypes>(options: ClientOptions): Client<S> {
  return new Client(options);
}

/** The one socket, whatever owners are followed on it. */
export interface ClientConnection {
  /** Calls back after every change of the state. Returns its own undo. */
  readonly subscribe: (callback: () => unknown) => () => void;
  /** The same object until something changes. */
  readonly getSnapshot: () => ConnectionState;
}

/** Keeps one socket for any number of owners, and finds back to what is true after whatever breaks; made by {@link createClient}. */
export class Client<S extends StreamTypes = AnyStreamTypes> {
  readonly #connector: Connector;
  readonly #subscriptions: Subscriptions<S>;

  constructor(options: ClientOptions) {
    const environment: BareEnvironment = { ...globalEnvironment(), ...options.environment };
    const { now } = environment;
    this.#subscriptions = new Subscriptions({ ...environment, report: options.onError ?? throwLater });
    this.#connector = new Connector({
      ...options,
      environment,
      tokens: new Tokens(options.getToken, now),
      report: options.onError ?? (() => undefined),
      listener: this.#subscriptions,
    });
  }

  /**
   * Connects, or tries again at once. Does nothing while connected, but ask again for an owner that was refused. Throws a TypeError where
   * the URL isn't one, or where there is no WebSocket.
   */
  readonly connect = (): void => {
    this.#connector.connect();
    this.#subscriptions.retryRefused();
  };

  /** Disconnects and stays so; `connect` starts again. Idempotent. */
  readonly close = (): void => this.#connector.close();

  /** How the socket is: `open` once the daemon has welcomed it. How far an owner's numbers can be trusted, its own view says. */
  get connection(): ClientConnection {
    return this.#subscriptions;
  }

  /**
   * The topic `owner:key`: the same object for the same key. Asks for nothing until it has a listener. Throws a TypeError for what can't
   * be a key.
   */
  owner(key: string | number): Owner<S> {
    return this.topic(`owner:${typeof key === "string" || Number.isSafeInteger(key) ? key : ""}`);
  }

  /**
   * The topic of this name, of any kind that the configuration declares: `listing:12`, `platform:all`, `owner:7`. The same object for the same
   * name. Throws a TypeError for what can't be one.
   */
  topic<Name extends TopicName<S>>(name: Name): Owner<TypesOf<S, KindOf<Name>>> {
    // What a daemon may take for a topic; it says itself what else is wrong.
    if (!/^[a-z]\w*:[^\0]{1,256}$/.test(name)) throw new TypeError(`topic "${name}"${advice("topic")}`);
    return this.#subscriptions.topic(name) as unknown as Owner<TypesOf<S, KindOf<Name>>>;
  }
}

function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

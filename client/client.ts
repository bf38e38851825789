/**
 * One socket for any number of owners, kept through lost connections, restarts, refused and expired tokens.
 *
 * The decisions are in `transition.ts`; this only makes the world like the state (a session for `connecting` and `open`, a timer for
 * `retrying`) and tells the owners. After `close()` no socket, timer or listener is left.
 */
import { ownerTopic } from "../protocol/topic.ts";
import { onClockJump } from "./clock-jump.ts";
import { type Environment, globalEnvironment, type WebSocketConstructor } from "./environment.ts";
import { FollowedOwner } from "./followed-owner.ts";
import type { Link, LinkEvent } from "./link.ts";
import type { Owner } from "./owner.ts";
import { Session } from "./session.ts";
import type { AnyShape, Shape } from "./shape.ts";
import { streamUrl } from "./stream-url.ts";
import { type GetToken, Tokens } from "./tokens.ts";
import { INITIAL, transition } from "./transition.ts";

export type { Connection, State } from "./connection.ts";
export type { Environment } from "./environment.ts";
export type { Cause } from "./link.ts";
export type { Owner, View } from "./owner.ts";
export type { AnyShape, EventName, EventOf, Shape } from "./shape.ts";
export type { GetToken, TokenReason, TokenRequest } from "./tokens.ts";

/** Which daemon a client talks to, and where its tokens come from. */
export interface ClientOptions {
  /** Where the daemon is, e.g. `https://live.example.com`; in a browser also relative to the page. */
  readonly url: string;
  /**
   * Called where there is no token that works: at first, shortly before the last one expires (`expiring`) or after that (`expired`), and
   * once after the daemon did not take it (`refused`); refused again, the client stops.
   */
  readonly getToken: GetToken;
  /**
   * Takes what the application's own callbacks throw, `getToken` too: the place for an error tracker. Without it, what a listener throws
   * goes where uncaught errors go.
   */
  readonly onError?: (error: unknown) => void;
  /** Replaces parts of the surroundings; `WebSocket` is required where there is no global one. */
  readonly environment?: Partial<Environment>;
}

/**
 * A client that is connected to nothing yet, and has touched nothing: it may be made anywhere, on a server too.
 *
 * `createClient<ShapeOf<typeof config>>(…)` knows the metrics and events of that configuration.
 */
export function createClient<S extends Shape = AnyShape>(options: ClientOptions): Client<S> {
  return new Client(options);
}

/** Keeps one socket for any number of owners, and finds back to what is true after whatever breaks; made by {@link createClient}. */
export class Client<S extends Shape = AnyShape> {
  readonly #options: ClientOptions;
  readonly #environment: Omit<Environment, "WebSocket"> & { readonly WebSocket?: WebSocketConstructor };
  readonly #tokens: Tokens;
  readonly #owners = new Map<string, FollowedOwner<S>>();
  /** Those that somebody listens to, and of them those that the present socket follows. */
  readonly #heeded = new Set<FollowedOwner<S>>();
  readonly #followed = new Set<FollowedOwner<S>>();
  #link = INITIAL;
  #session: Session | undefined;
  #retryTimer: unknown;
  #stopWaking: (() => void) | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#environment = { ...globalEnvironment(), ...options.environment };
    this.#tokens = new Tokens(options.getToken, this.#environment.now);
  }

  /**
   * Connects, or tries again at once. Does nothing while connected. Throws a TypeError where the URL isn't one, or where there is no
   * WebSocket.
   */
  readonly connect = (): void => {
    const { now } = this.#environment;
    this.#place();
    this.#dispatch({ type: "connect", now: now() });
    if (this.#link.state !== "open") return;
    for (const owner of this.#followed) if (owner.isRefused) this.#follow(owner);
  };

  /** Disconnects and stays so; `connect` starts again. Idempotent. */
  readonly close = (): void => this.#dispatch({ type: "close", now: this.#environment.now() });

  /** The topic `owner:key`: the same object for the same key. Asks for nothing until somebody listens to it. */
  owner(key: string): Owner<S> {
    const topic = ownerTopic(key);
    const known = this.#owners.get(topic);
    if (known) return known;
    const owner: FollowedOwner<S> = new FollowedOwner(topic, {
      now: this.#environment.now,
      link: () => this.#link,
      report: this.#report,
      heeded: (heeded) => this.#heed(owner, heeded),
    });
    this.#owners.set(topic, owner);
    return owner;
  }

  #dispatch(event: LinkEvent): void {
    const before = this.#link;
    const after = transition(before, event);
    if (after === before) return;
    this.#link = after;
    if (sessionOf(before) !== sessionOf(after))
      this.#leave("heardAt" in event ? event.heardAt : this.#environment.now());
    if (before.state === "retrying") this.#environment.clearTimeout(this.#retryTimer);
    if (isActive(before) && !isActive(after)) this.#rest();
    if (isActive(after) && !isActive(before)) this.#watch();
    this.#acquire(after);
    for (const owner of this.#owners.values()) owner.show();
  }

  #leave(heardAt: number): void {
    this.#session?.stop();
    this.#session = undefined;
    for (const owner of this.#followed) owner.lost(heardAt);
    this.#followed.clear();
  }

  #rest(): void {
    this.#stopWaking?.();
    this.#tokens.forget();
  }

  #watch(): void {
    const undos = [this.#environment.onWake(this.#wake), onClockJump(this.#wake, this.#environment)];
    this.#stopWaking = () => {
      for (const undo of undos) undo();
    };
  }

  #acquire(link: Link): void {
    const { now, setTimeout } = this.#environment;
    if (link.state === "retrying") {
      this.#retryTimer = setTimeout(() => this.#dispatch({ type: "due" }), link.retryAt - now());
    }
    if (link.state !== "connecting") return;
    this.#session = new Session({
      ...this.#place(),
      tokenReason: link.tokenReason,
      takeToken: (reason, signal) => this.#takeToken(reason, signal),
      environment: this.#environment,
      welcomed: (frame) => {
        this.#tokens.accepted(frame);
        this.#dispatch({ type: "opened", now: now() });
        for (const owner of this.#heeded) if (!this.#followed.has(owner)) this.#follow(owner);
      },
      ended: (ending) => this.#dispatch(ending),
    });
    this.#session.start();
  }

  #place(): { readonly url: string; readonly WebSocket: WebSocketConstructor } {
    const { WebSocket } = this.#environment;
    if (WebSocket === undefined) throw new TypeError("No global WebSocket here: pass one as environment.WebSocket");
    return { url: streamUrl(this.#options.url), WebSocket };
  }

  async #takeToken(...request: Parameters<Tokens["take"]>): Promise<string> {
    try {
      return await this.#tokens.take(...request);
    } catch (error) {
      if (!request[1].aborted) this.#options.onError?.(error);
      throw error;
    }
  }

  readonly #wake = (): void => {
    if (this.#link.state === "retrying") this.#dispatch({ type: "wake" });
    else this.#session?.probe();
  };

  /** Settled at the end of the turn, so that whoever stops listening and starts again at once costs nothing. */
  #heed(owner: FollowedOwner<S>, heeded: boolean): void {
    if (heeded) this.#heeded.add(owner);
    else this.#heeded.delete(owner);
    queueMicrotask(() => {
      if (!this.#heeded.has(owner)) this.#unfollow(owner);
      else if (this.#link.state === "open" && !this.#followed.has(owner)) this.#follow(owner);
    });
  }

  #follow(owner: FollowedOwner<S>): void {
    this.#followed.add(owner);
    owner.lost(this.#environment.now());
    this.#session?.follow(owner);
  }

  #unfollow(owner: FollowedOwner<S>): void {
    if (this.#followed.delete(owner)) this.#session?.unfollow(owner);
    owner.forget();
  }

  readonly #report = (error: unknown): void => {
    const { onError = throwLater } = this.#options;
    onError(error);
  };
}

function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** The number of the socket that a state holds. */
function sessionOf(link: Link): number | undefined {
  return link.state === "connecting" || link.state === "open" ? link.attempt : undefined;
}

function isActive({ state }: Link): boolean {
  return state !== "idle" && state !== "closed";
}

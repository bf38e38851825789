/** `@deltad/client/testing`: a daemon for the tests of applications, which sends what the test makes it send. */
import type { AnyStreamTypes, EventName, KindOf, StreamTypes, TopicName, TypesOf } from "../client/client.ts";
import { type Clock, globalEnvironment, type WebSocketConstructor } from "../client/environment.ts";
import { CLOSE } from "../protocol/codes.ts";
import type { DownFrame } from "../protocol/down.ts";
import type { JsonObject } from "../protocol/json.ts";
import { ownerTopic, parseTopic } from "../protocol/topic.ts";
import { FakeConnection, type Host } from "./fake-connection.ts";
import { FakeSocket } from "./fake-socket.ts";
import { FakeTopic } from "./fake-topic.ts";

/** A part of a document, as deep as the test cares: what it leaves out is not there. */
export type DeepPartial<T> = T extends object ? { readonly [Key in keyof T]?: DeepPartial<T[Key]> } : T;

/** One topic of a fake daemon, of any kind: what its subscribers get. */
export interface TopicControl<S extends Pick<StreamTypes, "metrics" | "events">> {
  /** From now on the topic's metrics are these, and no others. */
  readonly setMetrics: (metrics: DeepPartial<S["metrics"]>) => void;
  /** Something happens to the topic; those get the event too that come back later. */
  readonly emit: <Name extends EventName<S>>(name: Name, data: S["events"][Name]) => void;
  /** The daemon can't vouch for the topic's numbers; the reason is `database` unless another is given. */
  readonly stale: (reason?: string) => void;
  readonly live: () => void;
}

/**
 * Speaks the real protocol, checked by its schemas, without a network or a database: give the client its `url` and its `WebSocket`. It
 * answers within microtasks, so that `await` is enough, with fake timers too. An owner whose metrics were never set has no row.
 */
export class FakeDaemon<S extends StreamTypes = AnyStreamTypes> {
  readonly url = "ws://daemon.test";
  /** For the client's `environment`. */
  readonly WebSocket: WebSocketConstructor;
  /** Every token that a client showed, in order. */
  readonly tokens: string[] = [];
  /** False: connections fail from now on. */
  reachable = true;
  /**
   * How long a token lives from when it is first shown; undefined: for ever. As by a daemon, `token_expiring` comes a minute before its end,
   * or when three quarters of its life have passed; at the end the connection is closed, and from then on the token is refused.
   */
  tokenLivesMs: number | undefined;
  /** Replace it to refuse tokens. */
  acceptsToken: (token: string) => boolean = () => true;
  /** Replace it to refuse owners, by their ids, and topics of other kinds, by their names. */
  mayFollow: (ownerOrTopic: string) => boolean = () => true;
  readonly #clock: Clock;
  readonly #topics = new Map<string, FakeTopic>();
  readonly #connections = new Set<FakeConnection>();
  /** When each token ends that was shown while tokens had an end. */
  readonly #ends = new Map<string, number>();
  #epoch = 1;

  /** @param clock the global one unless parts of another are given; `now` in milliseconds since 1970 */
  constructor(clock: Partial<Clock> = {}) {
    this.#clock = { ...globalEnvironment(), ...clock };
    const accept = (socket: FakeSocket): void => this.#accept(socket);
    this.WebSocket = class extends FakeSocket {
      constructor() {
        super();
        accept(this);
      }
    };
  }

  /** How many clients are connected. */
  get connections(): number {
    return this.#connections.size;
  }

  /** The topic of this name, of any kind that the configuration declares, as `client.topic` has it. Throws a TypeError for what is no topic's name. */
  topic<Name extends TopicName<S>>(name: Name): TopicControl<TypesOf<S, KindOf<Name>>> {
    if (parseTopic(name) === undefined) throw new TypeError(`${JSON.stringify(name)} is no topic's name, as "room:12"`);
    return {
      setMetrics: (metrics) => this.#publish(name, (topic) => topic.update(String(this.#epoch), metrics as JsonObject)),
      emit: (event, data) => this.#publish(name, (topic) => topic.emit(event, data as JsonObject)),
      stale: (reason = "database") => this.#publish(name, (topic) => topic.stale(reason)),
      live: () => this.#publish(name, (topic) => topic.live()),
    };
  }

  /** From now on the owner's metrics are these, and no others; its subscribers get what changed. */
  setMetrics(owner: string, metrics: DeepPartial<S["metrics"]>): void {
    this.#publish(ownerTopic(owner), (topic) => topic.update(String(this.#epoch), metrics as JsonObject));
  }

  /** Something happens to the owner; its subscribers get the event, those too that come back later. */
  emit<Name extends EventName<S>>(owner: string, name: Name, data: S["events"][Name]): void {
    this.#publish(ownerTopic(owner), (topic) => topic.emit(name, data as JsonObject));
  }

  /** The daemon can't vouch for the owner's numbers. */
  stale(owner: string, reason = "database"): void {
    this.#publish(ownerTopic(owner), (topic) => topic.stale(reason));
  }

  live(owner: string): void {
    this.#publish(ownerTopic(owner), (topic) => topic.live());
  }

  /** A client that comes back from now on can't have the events that it missed. */
  forgetEvents(): void {
    for (const topic of this.#topics.values()) topic.forget();
  }

  /** Every client hears that its token is about to expire. */
  tokenExpiring(): void {
    const timestamp = this.#clock.now();
    this.#broadcast({ type: "token_expiring", timestamp, expiresAt: timestamp + 60_000 });
  }

  /** Every token has expired. */
  tokenExpired(): void {
    this.close(CLOSE.expired.code);
  }

  /** Cuts every connection, as a broken network does. */
  cut(): void {
    this.close(1006);
  }

  /** Closes every connection with one of the protocol's codes. */
  close(code: number): void {
    for (const connection of this.#connections) connection.close(code);
  }

  /** Says goodbye, with the window in which to come back, and is another process from then on. */
  restart(retryMs: readonly [number, number] = [0, 0]): void {
    this.#broadcast({ type: "bye", timestamp: this.#clock.now(), retryMs: [...retryMs] });
    this.#epoch += 1;
    this.close(CLOSE.draining.code);
  }

  #accept(socket: FakeSocket): void {
    if (!this.reachable) return socket.end(1006);
    const host: Host = {
      epoch: String(this.#epoch),
      clock: this.#clock,
      endOf: (token) => this.#endOf(token),
      topic: (name) => this.#topic(name),
      acceptsToken: (token) => {
        this.tokens.push(token);
        return this.acceptsToken(token);
      },
      maySubscribe: (name) => {
        const topic = parseTopic(name);
        return topic !== undefined && this.mayFollow(topic.kind === "owner" ? topic.key : name);
      },
      closed: (connection) => this.#connections.delete(connection),
    };
    const connection = new FakeConnection(socket, host);
    this.#connections.add(connection);
    socket.accept(connection);
  }

  #endOf(token: string): number | undefined {
    if (this.tokenLivesMs === undefined) return undefined;
    const end = this.#ends.get(token) ?? this.#clock.now() + this.tokenLivesMs;
    this.#ends.set(token, end);
    return end;
  }

  #topic(name: string): FakeTopic {
    const known = this.#topics.get(name);
    if (known) return known;
    const topic = new FakeTopic(name, this.#clock.now);
    this.#topics.set(name, topic);
    return topic;
  }

  #publish(name: string, change: (topic: FakeTopic) => DownFrame | undefined): void {
    const frame = change(this.#topic(name));
    if (!frame) return;
    for (const connection of this.#connections) connection.publish(name, frame);
  }

  #broadcast(message: DownFrame): void {
    for (const connection of this.#connections) connection.send(message);
  }
}

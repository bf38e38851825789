/** `@deltad/client/testing`: a daemon for the tests of applications, which sends what the test makes it send. */
import type { ChannelTypes } from "../client/channels/channel.ts";
import type { AnyStreamTypes, EventName, KindOf, StreamTypes, TopicName, TypesOf } from "../client/client.ts";
import { type Clock, globalEnvironment, type WebSocketConstructor } from "../client/environment.ts";
import { CLOSE } from "../protocol/codes.ts";
import type { DownFrame } from "../protocol/down.ts";
import type { JsonObject } from "../protocol/json.ts";
import { parseTopic } from "../protocol/topic.ts";
import type { ChannelControl, DeepPartial, TopicControl } from "./controls.ts";
import { FakeChannel } from "./fake-channel.ts";
import { FakeConnection, type Host } from "./fake-connection.ts";
import { FakeSocket } from "./fake-socket.ts";
import { operate } from "./fake-operations.ts";
import { FakeTopic } from "./fake-topic.ts";
import { FakeLedger } from "./fake-writes.ts";

export type { ChannelControl, DeepPartial, Said, SetWrites, SomePerson, TopicControl } from "./controls.ts";

/**
 * Speaks the real protocol, checked by its schemas, without a network or a database: give the client its `url` and its `WebSocket`. It
 * answers within microtasks, so that `await` is enough, with fake timers too. An owner whose metrics were never set has no row.
 */
export class FakeDaemon<S extends StreamTypes = AnyStreamTypes, C extends ChannelTypes = ChannelTypes> {
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
  /** The kinds of topics that are channels. */
  readonly #channels = new Set<string>();
  readonly #connections = new Set<FakeConnection>();
  /** When each token ends that was shown while tokens had an end. */
  readonly #ends = new Map<string, number>();
  readonly #ledger = new FakeLedger();
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
    if (this.#channels.has(kindOf(name))) throw new TypeError(`${name} is a channel: call daemon.channel for it`);
    return {
      setMetrics: (metrics) => this.#publish(name, (topic) => topic.update(String(this.#epoch), metrics as JsonObject)),
      emit: (event, data) => this.#publish(name, (topic) => topic.emit(event, data as JsonObject)),
      ...this.#vouching(name),
    };
  }

  /**
   * The channel of this name, as `openChannel` has it. From the first call on its kind is one of channels, so it comes before a client
   * follows one. Throws a TypeError for what is no topic's name, and for a topic that is known as one with metrics.
   */
  channel<Name extends `${keyof C & string}:${string}`>(name: Name): ChannelControl<C[KindOf<Name>]> {
    const kind = kindOf(name);
    for (const [known, topic] of this.#topics)
      if (kindOf(known) === kind && !(topic instanceof FakeChannel))
        throw new TypeError(
          `${known} is known as a topic with metrics: call daemon.channel before a client follows it`,
        );
    this.#channels.add(kind);
    const publish = (change: (channel: FakeChannel, epoch: string) => DownFrame): void =>
      this.#publish(name, (topic) => change(topic as FakeChannel, String(this.#epoch)));
    return {
      setRows: (set, rows, newest = Number.MAX_SAFE_INTEGER) =>
        publish((channel, epoch) => channel.setRows(epoch, set, rows, newest)),
      insert: (set, key, row) => publish((channel, epoch) => channel.insertRow(epoch, set, key, row)),
      update: (set, key, row) => publish((channel, epoch) => channel.updateRow(epoch, set, key, row)),
      delete: (set, key) => publish((channel, epoch) => channel.deleteRow(epoch, set, key)),
      close: (reason = "removed") => {
        const frame = (this.#topic(name) as FakeChannel).close(reason);
        for (const connection of this.#connections) connection.endTopic(name, frame);
      },
      open: () => this.#broadcast((this.#topic(name) as FakeChannel).open()),
      setPresence: (users, { count, isPartial } = {}) =>
        publish((channel) => channel.setPresence(users, count, isPartial)),
      setTyping: (users) => publish((channel) => channel.setTyping(users)),
      said: (this.#topic(name) as FakeChannel).said,
      operations: (this.#topic(name) as FakeChannel).operations,
      allowWrites: (set, writes) => void (this.#topic(name) as FakeChannel).writes.set(set, writes),
      answerBy: (answer) => ((this.#topic(name) as FakeChannel).answerBy = answer as FakeChannel["answerBy"]),
      ...this.#vouching(name),
    };
  }

  /** From now on the owner's metrics are these, and no others; its subscribers get what changed. */
  setMetrics(owner: string, metrics: DeepPartial<S["metrics"]>): void {
    this.topic(`owner:${owner}`).setMetrics(metrics);
  }

  /** Something happens to the owner; its subscribers get the event, those too that come back later. */
  emit<Name extends EventName<S>>(owner: string, name: Name, data: S["events"][Name]): void {
    this.topic(`owner:${owner}`).emit(name, data);
  }

  /** The daemon can't vouch for the owner's numbers; the reason is `database` unless another is given. */
  stale(owner: string, reason?: string): void {
    this.topic(`owner:${owner}`).stale(reason);
  }

  live(owner: string): void {
    this.topic(`owner:${owner}`).live();
  }

  /** A client that comes back from now on can't have the events that it missed. */
  forgetEvents(): void {
    for (const topic of this.#topics.values()) topic.forget();
  }

  /** What clients have done is not known any more, as after a restore of the database: what they repeat is `pruned`. */
  forgetOperations(): void {
    this.#ledger.forget();
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
      refusal: (name) => (this.#mayFollow(name) ? this.#topic(name).refusal : "forbidden"),
      operate: (connection, message) => {
        const channelOf = (name: string): FakeChannel | undefined => {
          const channel = this.#topic(name);
          return channel instanceof FakeChannel && this.#mayFollow(name) ? channel : undefined;
        };
        const { now } = this.#clock;
        operate(message, connection, {
          ledger: this.#ledger,
          channelOf,
          connections: this.#connections,
          epoch: host.epoch,
          now,
        });
      },
      closed: (connection) => this.#connections.delete(connection),
    };
    const connection = new FakeConnection(socket, host);
    this.#connections.add(connection);
    socket.accept(connection);
  }

  #mayFollow(name: string): boolean {
    const topic = parseTopic(name);
    return topic !== undefined && this.mayFollow(topic.kind === "owner" ? topic.key : name);
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
    const Topic = this.#channels.has(kindOf(name)) ? FakeChannel : FakeTopic;
    const topic = new Topic(name, this.#clock.now);
    this.#topics.set(name, topic);
    return topic;
  }

  /** What topics and channels have in common. */
  #vouching(name: string): Pick<TopicControl<S>, "stale" | "live"> {
    return {
      stale: (reason = "database") => this.#publish(name, (topic) => topic.stale(reason)),
      live: () => this.#publish(name, (topic) => topic.live()),
    };
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

/** Throws a TypeError for what is no topic's name. */
function kindOf(name: string): string {
  const topic = parseTopic(name);
  if (topic === undefined) throw new TypeError(`${JSON.stringify(name)} is no topic's name, as "room:12"`);
  return topic.kind;
}

import * as v from "valibot";
import { CLOSE, type NackCode } from "../protocol/codes.ts";
import { type DownFrame, frame } from "../protocol/down.ts";
import { type Up, up } from "../protocol/up.ts";
import { PROTOCOL } from "../protocol/version.ts";
import type { FakeSocket, Peer } from "./fake-socket.ts";
import type { FakeTopic } from "./fake-topic.ts";

/** What a connection needs of its daemon. */
export interface Host {
  readonly epoch: string;
  readonly now: () => number;
  readonly topic: (topic: string) => FakeTopic;
  readonly acceptsToken: (token: string) => boolean;
  readonly maySubscribe: (topic: string) => boolean;
  readonly closed: (connection: FakeConnection) => void;
}

/** A client that uses a fake may stand still for hours of its own clock. */
const HEARTBEAT_MS = 86_400_000;
const TOKEN_LIVES_MS = 3_600_000;

/** The daemon's end of one fake socket. Frames both ways are held to the protocol's schemas. */
export class FakeConnection implements Peer {
  readonly #socket: FakeSocket;
  readonly #host: Host;
  readonly #subscribed = new Set<string>();
  #authenticated = false;

  constructor(socket: FakeSocket, host: Host) {
    this.#socket = socket;
    this.#host = host;
  }

  /** Throws where the frame isn't one of the protocol's: the test makes the daemon say something that no daemon says. */
  send(message: DownFrame): void {
    this.#socket.deliver(JSON.stringify(v.parse(frame, message)));
  }

  /** Sends where the client is subscribed to the topic. */
  publish(topic: string, message: DownFrame): void {
    if (this.#subscribed.has(topic)) this.send(message);
  }

  close(code: number): void {
    this.#socket.end(code);
  }

  closed(): void {
    this.#host.closed(this);
  }

  receive(text: string): void {
    const read = v.safeParse(v.pipe(v.string(), v.parseJson(), up), text);
    if (!read.success) {
      const message = v.summarize(read.issues);
      this.send({ type: "error", timestamp: this.#host.now(), code: "invalid_message", message });
    } else if (this.#authenticated) this.#serve(read.output);
    else if (read.output.type === "authenticate" && this.#host.acceptsToken(read.output.token)) this.#welcome();
    else this.close(CLOSE.unauthenticated.code);
  }

  #welcome(): void {
    const timestamp = this.#host.now();
    this.#authenticated = true;
    this.send({
      type: "welcome",
      timestamp,
      protocol: PROTOCOL,
      connectionId: "fake",
      heartbeatMs: HEARTBEAT_MS,
      expiresAt: timestamp + TOKEN_LIVES_MS,
      topics: [],
    });
  }

  #serve(message: Up): void {
    const timestamp = this.#host.now();
    switch (message.type) {
      case "authenticate":
        return this.send({ type: "error", timestamp, code: "already_authenticated", message: "" });
      case "refresh":
        if (this.#host.acceptsToken(message.token)) return;
        return this.send({ type: "error", timestamp, code: "refresh_refused", message: "" });
      case "ping":
        return this.send({ type: "ack", timestamp, id: message.id });
      case "subscribe":
        if (!this.#host.maySubscribe(message.topic)) return this.#refuse(message.id, "forbidden");
        return this.#subscribe(message.id, message.topic, message.resume);
      case "snapshot":
        if (!this.#subscribed.has(message.topic)) return this.#refuse(message.id, "not_subscribed");
        return this.send(this.#host.topic(message.topic).snapshot(this.#host.epoch, { id: message.id }));
      case "unsubscribe":
        this.#subscribed.delete(message.topic);
        return this.send({ type: "ack", timestamp, id: message.id });
    }
  }

  #subscribe(id: string, topic: string, resume: string | undefined): void {
    const fake = this.#host.topic(topic);
    const missed = resume === undefined ? undefined : fake.eventsAfter(resume);
    this.#subscribed.add(topic);
    const recovered = resume === undefined ? {} : { recovered: missed !== undefined };
    this.send(fake.snapshot(this.#host.epoch, { id, ...recovered }));
    for (const event of missed ?? []) this.send(event);
    if (fake.staleFrame) this.send(fake.staleFrame);
  }

  #refuse(id: string, code: NackCode): void {
    this.send({ type: "nack", timestamp: this.#host.now(), id, code, message: "" });
  }
}

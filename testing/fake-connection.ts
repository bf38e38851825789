import * as v from "valibot";
import { CLOSE, type NackCode } from "../protocol/codes.ts";
import { type DownFrame, frame } from "../protocol/down.ts";
import { type Up, up } from "../protocol/up.ts";
import { PROTOCOL } from "../protocol/version.ts";
import type { FakeOwner } from "./fake-owner.ts";
import type { FakeSocket, Peer } from "./fake-socket.ts";

/** What a connection needs of its daemon. */
export interface Host {
  readonly epoch: string;
  readonly now: () => number;
  readonly owner: (topic: string) => FakeOwner;
  readonly accepts: (token: string) => boolean;
  readonly mayFollow: (topic: string) => boolean;
  readonly left: (connection: FakeConnection) => void;
}

/** A client that uses a fake may stand still for hours of its own clock. */
const HEARTBEAT_MS = 86_400_000;
const TOKEN_LIVES_MS = 3_600_000;

/** The daemon's end of one fake socket. Frames both ways are held to the protocol's schemas. */
export class FakeConnection implements Peer {
  readonly #socket: FakeSocket;
  readonly #host: Host;
  readonly #followed = new Set<string>();
  #authenticated = false;

  constructor(socket: FakeSocket, host: Host) {
    this.#socket = socket;
    this.#host = host;
  }

  /** Throws where the frame isn't one of the protocol's: the test says something that no daemon says. */
  send(message: DownFrame): void {
    this.#socket.deliver(JSON.stringify(v.parse(frame, message)));
  }

  /** To a client that follows the topic. */
  tell(topic: string, message: DownFrame): void {
    if (this.#followed.has(topic)) this.send(message);
  }

  close(code: number): void {
    this.#socket.end(code);
  }

  left(): void {
    this.#host.left(this);
  }

  received(text: string): void {
    const read = v.safeParse(v.pipe(v.string(), v.parseJson(), up), text);
    if (!read.success) {
      const message = v.summarize(read.issues);
      this.send({ type: "error", timestamp: this.#host.now(), code: "invalid_message", message });
    } else if (this.#authenticated) this.#serve(read.output);
    else if (read.output.type === "authenticate" && this.#host.accepts(read.output.token)) this.#welcome();
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
        if (this.#host.accepts(message.token)) return;
        return this.send({ type: "error", timestamp, code: "refresh_refused", message: "" });
      case "ping":
        return this.send({ type: "ack", timestamp, id: message.id });
      case "subscribe":
        if (!this.#host.mayFollow(message.topic)) return this.#refuse(message.id, "forbidden");
        return this.#subscribe(message.id, message.topic, message.resume);
      case "snapshot":
        if (!this.#followed.has(message.topic)) return this.#refuse(message.id, "not_subscribed");
        return this.send(this.#host.owner(message.topic).snapshot(this.#host.epoch, { id: message.id }));
      case "unsubscribe":
        this.#followed.delete(message.topic);
        return this.send({ type: "ack", timestamp, id: message.id });
    }
  }

  #subscribe(id: string, topic: string, resume: string | undefined): void {
    const owner = this.#host.owner(topic);
    const missed = resume === undefined ? undefined : owner.since(resume);
    this.#followed.add(topic);
    const recovered = resume === undefined ? {} : { recovered: missed !== undefined };
    this.send(owner.snapshot(this.#host.epoch, { id, ...recovered }));
    for (const event of missed ?? []) this.send(event);
    if (owner.staleFrame) this.send(owner.staleFrame);
  }

  #refuse(id: string, code: NackCode): void {
    this.send({ type: "nack", timestamp: this.#host.now(), id, code, message: "" });
  }
}

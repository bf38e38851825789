import * as v from "valibot";
import type { Clock } from "../client/environment.ts";
import { CLOSE, CLOSE_MEANINGS, type CloseName, type NackCode } from "../protocol/codes.ts";
import { type DownFrame, frame } from "../protocol/down.ts";
import { noticeMs } from "../protocol/down/token-expiring.ts";
import { requestId } from "../protocol/fields.ts";
import { type Up, up } from "../protocol/up.ts";
import type { Operate } from "../protocol/up/operate.ts";
import { PROTOCOL } from "../protocol/version.ts";
import type { FakeSocket, Peer } from "./fake-socket.ts";
import type { FakeTopic, Request } from "./fake-topic.ts";

/** What a connection needs of its daemon. */
export interface Host {
  readonly epoch: string;
  readonly clock: Clock;
  readonly topic: (topic: string) => FakeTopic;
  readonly acceptsToken: (token: string) => boolean;
  /** When a token ends that is shown now; undefined: never. */
  readonly endOf: (token: string) => number | undefined;
  /** Why the topic can't be subscribed to; undefined: it can. */
  readonly refusal: (topic: string) => NackCode | undefined;
  readonly operate: (connection: FakeConnection, message: Operate) => void;
  readonly closed: (connection: FakeConnection) => void;
}

/** A client that uses a fake may stand still for hours of its own clock. */
const HEARTBEAT_MS = 86_400_000;
/** What is said of a token that never ends. */
const TOKEN_LIVES_MS = 3_600_000;

/** The daemon's end of one fake socket. Frames both ways are held to the protocol's schemas. */
export class FakeConnection implements Peer {
  readonly #socket: FakeSocket;
  readonly #host: Host;
  readonly #subscribed = new Set<string>();
  #authenticated = false;
  #subject = "";
  #alarm: unknown;

  constructor(socket: FakeSocket, host: Host) {
    this.#socket = socket;
    this.#host = host;
  }

  /** Whose it is: the `sub` of its token, or where that is no JWT the token. */
  get subject(): string {
    return this.#subject;
  }

  isSubscribedTo(topic: string): boolean {
    return this.#subscribed.has(topic);
  }

  /** Throws where the frame isn't one of the protocol's: the test makes the daemon say something that no daemon says. */
  send(message: DownFrame): void {
    this.#socket.deliver(JSON.stringify(v.parse(frame, message)));
  }

  /** Sends where the client is subscribed to the topic. */
  publish(topic: string, message: DownFrame): void {
    if (this.#subscribed.has(topic)) this.send(message);
  }

  /** Sends to a client that is subscribed, and no more from then on. */
  endTopic(topic: string, message: DownFrame): void {
    this.publish(topic, message);
    this.#subscribed.delete(topic);
  }

  close(code: number, reason?: string): void {
    const name = (Object.keys(CLOSE) as CloseName[]).find((each) => CLOSE[each].code === code);
    this.#socket.end(code, reason ?? (name && CLOSE_MEANINGS[name]));
  }

  closed(): void {
    this.#host.clock.clearTimeout(this.#alarm);
    this.#host.closed(this);
  }

  receive(text: string): void {
    const read = v.safeParse(v.pipe(v.string(), v.parseJson(), up), text);
    if (!read.success) {
      if (!this.#authenticated) return this.close(CLOSE.malformed.code);
      const message = v.summarize(read.issues);
      const id = v.safeParse(v.pipe(v.string(), v.parseJson(), v.object({ id: requestId })), text);
      this.send({
        type: "error",
        timestamp: this.#host.clock.now(),
        ...(id.success && { id: id.output.id }),
        code: "invalid_message",
        message,
      });
    } else if (this.#authenticated) this.#serve(read.output);
    else if (read.output.type === "authenticate") this.#authenticate(read.output.token);
    else this.close(CLOSE.unauthenticated.code);
  }

  #authenticate(token: string): void {
    const { acceptsToken, clock, endOf } = this.#host;
    if (!acceptsToken(token)) return this.close(CLOSE.unauthenticated.code);
    const timestamp = clock.now();
    const end = endOf(token);
    if (end !== undefined && end <= timestamp) {
      return this.close(CLOSE.unauthenticated.code, CLOSE_MEANINGS.expired);
    }
    this.#authenticated = true;
    this.#subject = subjectOf(token);
    this.#serveUntil(end);
    this.send({
      type: "welcome",
      timestamp,
      protocol: PROTOCOL,
      connectionId: "fake",
      heartbeatMs: HEARTBEAT_MS,
      expiresAt: end ?? timestamp + TOKEN_LIVES_MS,
      topics: [],
    });
  }

  /** Says that the token will end, and closes when it has. */
  #serveUntil(end: number | undefined): void {
    const { clearTimeout, now, setTimeout } = this.#host.clock;
    clearTimeout(this.#alarm);
    if (end === undefined) return;
    const expire = (): void => {
      this.send({ type: "token_expired", timestamp: now(), expiresAt: end });
      this.close(CLOSE.expired.code);
    };
    const warn = (): void => {
      this.#alarm = setTimeout(expire, end - now());
      this.send({ type: "token_expiring", timestamp: now(), expiresAt: end });
    };
    const leftMs = end - now();
    this.#alarm = setTimeout(warn, leftMs - noticeMs(leftMs));
  }

  #refresh(token: string): void {
    const { acceptsToken, clock, endOf } = this.#host;
    const timestamp = clock.now();
    const end = acceptsToken(token) ? endOf(token) : timestamp;
    if (end === undefined || end > timestamp) return this.#serveUntil(end);
    this.send({ type: "error", timestamp, code: "refresh_refused", message: "" });
  }

  #serve(message: Up): void {
    const timestamp = this.#host.clock.now();
    switch (message.type) {
      case "authenticate":
        return this.send({ type: "error", timestamp, code: "already_authenticated", message: "" });
      case "refresh":
        return this.#refresh(message.token);
      case "ping":
        return this.send({ type: "ack", timestamp, id: message.id });
      case "subscribe":
        return this.#subscribe(message.id, message.topic, message.resume);
      case "snapshot":
        if (!this.#subscribed.has(message.topic)) return this.#refuse(message.id, "not_subscribed");
        return this.send(this.#host.topic(message.topic).snapshot(this.#host.epoch, { id: message.id }));
      case "history":
        return this.#page(message);
      case "present":
      case "typing":
        return this.#take(message);
      case "operate":
        return this.#host.operate(this, message);
      case "wait":
        if (!this.#subscribed.has(message.topic)) return this.#refuse(message.id, "not_subscribed");
        return this.send({ type: "ack", timestamp, id: message.id });
      case "unsubscribe":
        this.#subscribed.delete(message.topic);
        return this.send({ type: "ack", timestamp, id: message.id });
    }
  }

  #subscribe(id: string, topic: string, resume: string | undefined): void {
    const refusal = this.#host.refusal(topic);
    if (refusal !== undefined) return this.#refuse(id, refusal);
    const fake = this.#host.topic(topic);
    const missed = resume === undefined ? undefined : fake.eventsAfter(resume);
    this.#subscribed.add(topic);
    const recovered = resume === undefined ? {} : { recovered: missed !== undefined };
    this.send(fake.snapshot(this.#host.epoch, { id, ...recovered }));
    for (const event of missed ?? []) this.send(event);
    if (fake.staleFrame) this.send(fake.staleFrame);
    for (const message of fake.sideFrames) this.send(message);
  }

  #page(asked: Request<"history">): void {
    if (!this.#subscribed.has(asked.topic)) return this.#refuse(asked.id, "not_subscribed");
    const page = this.#host.topic(asked.topic).page(this.#host.epoch, asked);
    if (page) this.send(page);
    else this.#refuse(asked.id, "unknown_rows");
  }

  #take(said: Request<"present" | "typing">): void {
    const isSubscribed = this.#subscribed.has(said.topic);
    const code = isSubscribed ? this.#host.topic(said.topic).take(said) : "not_subscribed";
    if (said.id === undefined) return;
    if (code !== undefined) return this.#refuse(said.id, code);
    this.send({ type: "ack", timestamp: this.#host.clock.now(), id: said.id });
  }

  #refuse(id: string, code: NackCode): void {
    this.send({ type: "nack", timestamp: this.#host.clock.now(), id, code, message: "" });
  }
}

function subjectOf(token: string): string {
  try {
    const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    return (JSON.parse(atob(payload)) as { readonly sub?: string }).sub ?? token;
  } catch {
    return token;
  }
}

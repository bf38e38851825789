/**
 * Looks like a WebSocket to the client, and is HTTP requests: what the client sends decides what is asked for. Every change of that, a
 * new token and a ping too, asks anew, from the last cursors.
 */
import type { NackCode } from "../../protocol/codes.ts";
import type { DownFrame } from "../../protocol/down.ts";
import type { Up } from "../../protocol/up.ts";
import { PROTOCOL } from "../../protocol/version.ts";
import { type Socket, soon } from "../environment.ts";
import { SocketListeners } from "../socket-listeners.ts";
import {
  type Carrier,
  closeCodeOf,
  type FrameRequest,
  type HttpEnvironment,
  refusalOf,
  type TopicRequest,
} from "./carrier.ts";

/** Until the daemon's own welcome comes, if it comes this way at all. */
const HEARTBEAT_MS = 30_000;
const TOKEN_LIVES_MS = 86_400_000;

export class HttpSocket extends SocketListeners implements Socket {
  readonly #baseUrl: string;
  readonly #carrier: Carrier;
  readonly #environment: HttpEnvironment;
  readonly #onEnd: (code: number | undefined) => void;
  readonly #topics = new Map<string, TopicRequest>();
  #token = "";
  #aborter = new AbortController();
  #isRequestDue = false;
  #ended = false;

  /** @param onEnd called once: with the code, or with undefined where the client has closed it */
  constructor(
    streamUrl: string,
    carrier: Carrier,
    environment: HttpEnvironment,
    onEnd: (code: number | undefined) => void,
  ) {
    super();
    this.#baseUrl = streamUrl.replace(/^ws/, "http").replace(/\/v1\/stream$/, "");
    this.#carrier = carrier;
    this.#environment = environment;
    this.#onEnd = onEnd;
    soon(() => {
      if (!this.#ended) this.dispatch("open", undefined);
    });
  }

  send(text: string): void {
    const message = JSON.parse(text) as Up;
    switch (message.type) {
      case "authenticate":
        this.#token = message.token;
        return this.#welcome();
      case "refresh":
        this.#token = message.token;
        break;
      case "subscribe":
        this.#topics.set(message.topic, { id: message.id, resume: message.resume });
        break;
      case "unsubscribe":
        this.#topics.delete(message.topic);
        break;
      case "operate":
        return void this.#operate(message);
      case "history":
      case "wait":
      case "present":
      case "typing":
        // Requests by HTTP are of frames that come by themselves.
        if (message.id === undefined) return;
        return this.#refuse(message.id, "unavailable");
      case "snapshot":
      case "ping":
        break;
    }
    this.#request();
  }

  close(): void {
    this.#finish(undefined);
  }

  /** Ends as if the daemon had. */
  readonly end = (code: number, reason = ""): void => {
    if (this.#finish(code)) this.dispatch("close", { code, reason });
  };

  #finish(code: number | undefined): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    this.#aborter.abort();
    this.#onEnd(code);
    return true;
  }

  #welcome(): void {
    const timestamp = this.#environment.now();
    this.#emit({
      type: "welcome",
      timestamp,
      protocol: PROTOCOL,
      connectionId: "http",
      heartbeatMs: HEARTBEAT_MS,
      expiresAt: timestamp + TOKEN_LIVES_MS,
      topics: [],
    });
  }

  /** One request for all that is sent in one turn. */
  #request(): void {
    this.#aborter.abort();
    if (this.#isRequestDue) return;
    this.#isRequestDue = true;
    soon(() => {
      this.#isRequestDue = false;
      if (this.#ended || this.#topics.size === 0) return;
      this.#aborter = new AbortController();
      const { signal } = this.#aborter;
      const request: FrameRequest = {
        baseUrl: this.#baseUrl,
        token: this.#token,
        topics: new Map(this.#topics),
        signal,
        emit: (frame) => signal.aborted || this.#emit(frame),
        end: (code, reason) => signal.aborted || this.end(code, reason),
      };
      const lost = () => request.end(1006);
      this.#carrier(request, this.#environment).then(lost, lost);
    });
  }

  /** By a request of its own: what became of the operations is in its answer, whether frames bring it as well or not. */
  async #operate({ id, client, operations, atomic }: Extract<Up, { type: "operate" }>): Promise<void> {
    const { fetch, now } = this.#environment;
    try {
      const response = await fetch(`${this.#baseUrl}/v1/sync`, {
        method: "POST",
        headers: { authorization: `Bearer ${this.#token}`, "content-type": "application/json" },
        body: JSON.stringify({ client, operations, atomic }),
      });
      const { status } = response;
      if (status === 401) return this.end(closeCodeOf(status));
      const isLater = status === 429 || status >= 500;
      if (!response.ok) return this.#refuse(id, isLater ? "unavailable" : (refusalOf(status) ?? "forbidden"));
      const { answers } = (await response.json()) as Pick<Extract<DownFrame, { type: "operated" }>, "answers">;
      this.#emit({ type: "operated", timestamp: now(), id, answers });
    } catch {
      this.#refuse(id, "unavailable");
    }
  }

  #refuse(id: string, code: NackCode): void {
    this.#emit({ type: "nack", timestamp: this.#environment.now(), id, code, message: "" });
  }

  #emit(frame: DownFrame): void {
    if (this.#ended) return;
    if (frame.type === "nack") {
      for (const [topic, { id }] of this.#topics) if (id === frame.id) this.#topics.delete(topic);
    }
    if ("topic" in frame && "cursor" in frame && frame.topic !== undefined) {
      const asked = this.#topics.get(frame.topic);
      if (asked) this.#topics.set(frame.topic, { ...asked, resume: frame.cursor });
    }
    this.dispatch("message", { data: JSON.stringify(frame) });
  }
}

/**
 * Who is at a channel and who types there, as the daemon tells it, and what this client says of its own user. What `present` says is
 * kept, and said again to each daemon that the channel is subscribed to anew; so is that the page is out of sight. What the daemon takes
 * for too often is said once more later.
 */
import { TYPING_MS } from "../../protocol/limits.ts";
import type { Clock } from "../environment.ts";
import type { FrameOf } from "../read-frame.ts";
import type { TopicStoreOptions } from "../topic-store.ts";
import { nextPresence, type PresenceList, UNKNOWN } from "./presence-list.ts";
import { isOutOfSight, onSight } from "./sight.ts";

/** Who types at a channel. The same object until somebody begins or ends. */
export interface TypingList {
  /** In the order in which they began, oneself too; nobody while there is no connection. */
  readonly users: readonly string[];
  /** So many more, who are not named. */
  readonly more: number;
}

export type AttendanceOptions = Pick<TopicStoreOptions, keyof Clock | "report" | "socket">;

const SAY_TYPING_MS = 3_000;
/** The daemon takes five updates at once, and one more every 6 s. */
const SAY_AGAIN_MS = 10_000;
/** A keystroke may say again so much later what was too much: of a daemon that takes two signs at once, and one more every 3 s. */
const TYPE_AGAIN_MS = 1_000;
const NOBODY: TypingList = { users: [], more: 0 };

/** Ids of requests that are no subscription's. */
let requests = 0;

export class Attendance {
  readonly #topic: string;
  readonly #options: AttendanceOptions;
  readonly #changed: () => void;
  #presence = UNKNOWN;
  #typing = NOBODY;
  #isSubscribed = false;
  #state: { readonly value: unknown } | undefined;
  /** What the daemon knows; `#saidAway` undefined: perhaps. */
  #saidState: { readonly value: unknown } | undefined;
  #saidAway: boolean | undefined = false;
  #saidTypingAt: number | undefined;
  /** The ids of what was said last of each. */
  #presentId: string | undefined;
  #typingId: string | undefined;
  #stopWatching: (() => void) | undefined;
  #timer: unknown;

  /** @param changed called after every change of {@link presence} and {@link typing} */
  constructor(topic: string, options: AttendanceOptions, changed: () => void) {
    this.#topic = topic;
    this.#options = options;
    this.#changed = changed;
  }

  get presence(): PresenceList {
    return this.#presence;
  }

  get typing(): TypingList {
    return this.#typing;
  }

  /** The daemon has told the channel's rows: requests are taken. */
  subscribed(): void {
    this.#isSubscribed = true;
    this.#say();
  }

  receive(frame: FrameOf<"presence" | "typing">): void {
    if (frame.type === "typing") {
      const { users, more = 0 } = frame;
      this.#typing = users.length > 0 ? { users, more } : NOBODY;
    } else {
      this.#presence = nextPresence(this.#presence, frame);
      this.#watch();
    }
    this.#changed();
  }

  refused({ id, code }: Pick<FrameOf<"nack" | "error">, "id" | "code">): void {
    const isPresent = id === this.#presentId;
    if (id === undefined || !(isPresent || id === this.#typingId)) return;
    if (isPresent && code === "too_many_messages") {
      this.#saidState = this.#saidAway = undefined;
      this.#timer = this.#options.setTimeout(() => this.#sayAgain(), SAY_AGAIN_MS);
    }
    // The stop that follows is said all the same: the sign before may have been taken.
    else if (code === "too_many_messages" && this.#saidTypingAt !== undefined)
      this.#saidTypingAt = this.#options.now() - SAY_TYPING_MS + TYPE_AGAIN_MS;
    // That the page is out of sight is said unasked; a sign of typing that is lost is followed by another.
    const isNoted = isPresent ? this.#state && /no_presence|unavailable/.test(code) : code === "no_presence";
    if (isNoted) this.#options.report(new Error(`${this.#topic}: ${code}`));
  }

  /** The daemon knows nothing of this client any more, and can't tell who types. */
  lost(): void {
    this.#isSubscribed = false;
    this.#saidState = this.#saidTypingAt = undefined;
    this.#saidAway = false;
    this.#stopWatching?.();
    this.#stopWatching = undefined;
    this.#options.clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#typing === NOBODY) return;
    this.#typing = NOBODY;
    this.#changed();
  }

  present(value: unknown): void {
    if (JSON.stringify(value) === JSON.stringify(this.#state?.value)) return;
    this.#state = { value };
    this.#say();
  }

  type(isTyping: boolean): void {
    const now = this.#options.now();
    const since = this.#saidTypingAt === undefined ? Infinity : Math.abs(now - this.#saidTypingAt);
    if (!this.#isSubscribed || (isTyping ? since < SAY_TYPING_MS : since > TYPING_MS)) return;
    this.#saidTypingAt = isTyping ? now : undefined;
    this.#typingId = this.#send({ type: "typing", on: isTyping });
  }

  /** The channel shows who is there: from now on it is told whether the page can be seen. */
  #watch(): void {
    if (this.#stopWatching !== undefined) return;
    this.#stopWatching = onSight(() => this.#say());
    this.#say();
  }

  #sayAgain(): void {
    this.#timer = undefined;
    this.#say();
  }

  /** What the daemon does not know yet; where it has refused that as too much, nothing until it is said again. */
  #say(): void {
    if (!this.#isSubscribed || this.#timer !== undefined) return;
    // Of a channel that shows nobody nobody is away.
    const isAway = this.#stopWatching !== undefined && isOutOfSight();
    const state = this.#state !== this.#saidState && { state: this.#state?.value ?? null };
    const away = isAway !== this.#saidAway && { away: isAway };
    if (!state && !away) return;
    this.#saidState = this.#state;
    this.#saidAway = isAway;
    this.#presentId = this.#send({ type: "present", ...state, ...away });
  }

  #send(said: { readonly type: "present" } | { readonly type: "typing"; readonly on: boolean }): string {
    const id = `${said.type[0]}${(requests += 1)}`;
    this.#options.socket()?.send({ ...said, id, topic: this.#topic });
    return id;
  }
}

import { encode, type Frame } from "../hub/frame.ts";
import { Typists } from "./typists.ts";

/** More are told by their number. */
const MOST_TYPISTS = 20;

export interface ToldTypingOptions {
  readonly monotonicMs: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Who types at a channel, as it is, and as those who see it were told last. */
export class ToldTyping {
  readonly #topic: string;
  readonly #options: ToldTypingOptions;
  /** At most channels nobody types. */
  #typists: Typists | undefined;
  #told = "[]";

  constructor(topic: string, options: ToldTypingOptions) {
    this.#topic = topic;
    this.#options = options;
  }

  /**
   * Until when it counts, by the clock.
   * @param sinceMs how long ago it was said
   */
  sign(user: string, by: unknown, sinceMs: number): number {
    this.#typists ??= new Typists(this.#options.monotonicMs);
    return this.#typists.sign(user, by, sinceMs);
  }

  /**
   * False: nobody typed by this word.
   * @param user undefined: whoever types by it
   */
  stop(by: unknown, user?: string): boolean {
    if (this.#typists === undefined) return false;
    return user === undefined ? this.#typists.stopAll(by) : this.#typists.stop(user, by);
  }

  /** How long the user types by the words of connections to this daemon, unless they say it again; 0: they don't. */
  leftMs(user: string): number {
    const untilMs = this.#typists?.untilMs(user, (by) => typeof by !== "string");
    return untilMs === undefined ? 0 : Math.max(0, untilMs - this.#options.monotonicMs());
  }

  /** When somebody's time is over, by the clock; undefined: nobody types. */
  get nextEndMs(): number | undefined {
    return this.#typists?.nextEndMs;
  }

  /** What is to be told; undefined: nothing. */
  tell(): Frame | undefined {
    const users = this.#typists?.users() ?? [];
    if (users.length === 0) this.#typists = undefined;
    const said = JSON.stringify(users);
    if (said === this.#told) return undefined;
    this.#told = said;
    return this.wholeFrame();
  }

  wholeFrame(): Frame {
    const all = JSON.parse(this.#told) as string[];
    const users = all.slice(0, MOST_TYPISTS);
    const more = all.length - users.length;
    const timestamp = this.#options.now();
    return encode({ type: "typing", timestamp, topic: this.#topic, users, ...(more > 0 && { more }) });
  }
}

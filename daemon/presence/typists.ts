import { TYPING_MS } from "../../protocol/limits.ts";

/** Who types at one topic, by whose word: a connection here, or another daemon. Each word counts for {@link TYPING_MS}. */
export class Typists {
  readonly #monotonicMs: () => number;
  /** In the order in which they began; until when, by each word. */
  readonly #untilMs = new Map<string, Map<unknown, number>>();

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /**
   * Until when it counts, by the clock.
   * @param sinceMs how long ago it was said
   */
  sign(user: string, by: unknown, sinceMs: number): number {
    const words = this.#untilMs.get(user) ?? new Map<unknown, number>();
    const untilMs = this.#monotonicMs() + TYPING_MS - sinceMs;
    words.set(by, untilMs);
    this.#untilMs.set(user, words);
    return untilMs;
  }

  /** False: the user did not type by this word. */
  stop(user: string, by: unknown): boolean {
    const words = this.#untilMs.get(user);
    const isStopped = words?.delete(by) ?? false;
    if (words?.size === 0) this.#untilMs.delete(user);
    return isStopped;
  }

  /** All that was said by one; false: nothing was. */
  stopAll(by: unknown): boolean {
    return [...this.#untilMs.keys()].filter((user) => this.stop(user, by)).length > 0;
  }

  /** Until when by the words that count here; undefined: by none. */
  untilMs(user: string, counts: (by: unknown) => boolean): number | undefined {
    const words = [...(this.#untilMs.get(user) ?? [])].filter(([by]) => counts(by));
    return words.length === 0 ? undefined : Math.max(...words.map(([, untilMs]) => untilMs));
  }

  users(): readonly string[] {
    this.#expire();
    return [...this.#untilMs.keys()];
  }

  /** When the next word ends, by the clock; undefined: nobody types. */
  get nextEndMs(): number | undefined {
    this.#expire();
    let next: number | undefined;
    for (const words of this.#untilMs.values())
      for (const untilMs of words.values()) next = Math.min(next ?? untilMs, untilMs);
    return next;
  }

  #expire(): void {
    const nowMs = this.#monotonicMs();
    for (const [user, words] of this.#untilMs) {
      for (const [by, untilMs] of words) if (untilMs <= nowMs) words.delete(by);
      if (words.size === 0) this.#untilMs.delete(user);
    }
  }
}

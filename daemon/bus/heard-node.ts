/**
 * What this daemon has heard of another one, and what a further message of it means. Pure.
 *
 *     unproven --names us--> present --silence--> silent --anything new--> present
 *         any --goodbye--> left
 *
 * - Messages are taken in the order of their count, each once: one that was overtaken is not taken any more, and counts as lost.
 * - What is lost of what was said is noticed by the next message, as each tells how much was said before.
 * - A daemon is not present by speaking: whoever listens on the bus could repeat the messages of one that is long gone, to somebody who began
 *   since. It is when it names us among those that it hears, which nobody can have said before we began. It does so at once, as it hears at
 *   once that we hear it.
 */
import type { Envelope } from "./envelope.ts";

type Phase = "unproven" | "present" | "silent" | "left";

/**
 * `greet`: it must soon hear that it is heard. `taken`: it is present; `isNew`: since this message, and must be greeted as well; `isMissed`:
 * something that it said was lost, or it was not present before.
 */
export type Consequence =
  | { readonly kind: "none" | "greet" | "left" }
  | { readonly kind: "taken"; readonly isNew: boolean; readonly isMissed: boolean };

const NONE: Consequence = { kind: "none" };

export class HeardNode {
  #phase: Phase = "unproven";
  #count = 0;
  #said = 0;
  #heardMs = 0;

  get isPresent(): boolean {
    return this.#phase === "present";
  }

  /** Whether it is among those that we say we hear. One that has proven nothing within `withinMs` may be what somebody has repeated. */
  isHeard(nowMs: number, withinMs: number): boolean {
    return this.#phase === "present" || (this.#phase === "unproven" && nowMs - this.#heardMs < withinMs);
  }

  /** It may be there all the same: it has not said goodbye, and was heard within `withinMs`. */
  isUncertain(nowMs: number, withinMs: number): boolean {
    return (this.#phase === "unproven" || this.#phase === "silent") && nowMs - this.#heardMs < withinMs;
  }

  hear(envelope: Envelope, us: string, nowMs: number): Consequence {
    // Goodbye has the last count of all.
    if (envelope.count <= this.#count) return NONE;
    this.#count = envelope.count;
    this.#heardMs = nowMs;
    if (envelope.type === "goodbye") return this.#leave();
    if (this.#phase === "unproven" && !(envelope.type === "alive" && envelope.hears.includes(us)))
      return { kind: "greet" };
    const before = envelope.type === "said" ? envelope.said - 1 : envelope.said;
    const isMissed = this.#phase !== "present" || before !== this.#said;
    const isNew = this.#phase === "unproven";
    this.#phase = "present";
    this.#said = envelope.said;
    return { kind: "taken", isNew, isMissed };
  }

  /** We could hear nobody until now: its silence counts from here on. */
  excuse(nowMs: number): void {
    if (this.#phase === "present") this.#heardMs = nowMs;
  }

  /** True where it is present no more, since it was silent for so long. */
  fellSilent(nowMs: number, afterMs: number): boolean {
    if (this.#phase !== "present" || nowMs - this.#heardMs < afterMs) return false;
    this.#phase = "silent";
    return true;
  }

  #leave(): Consequence {
    const wasPresent = this.#phase === "present";
    this.#phase = "left";
    return wasPresent ? { kind: "left" } : NONE;
  }
}

import { Doze } from "./doze.ts";
import { AWAKE, type Pace, type Seen, type Step, nextStep } from "./pace.ts";

const FIRST: Step = { pace: AWAKE, releaseBell: false, restMs: 0, next: "read" };

/** Carries out what pace.ts decides: waits between reads, and hears what cuts a wait short. */
export class Rhythm {
  readonly #doze = new Doze();
  #pace: Pace = AWAKE;
  #step: Step = FIRST;
  #rang = false;
  #asleep = false;
  #woken = false;

  /** Whether the next read shall also try for what lets this daemon sleep: the lead, or with it the bell. */
  get fallsAsleep(): boolean {
    return this.#step.next === "readAndFallAsleep";
  }

  get hasBell(): boolean {
    return this.#pace.kind !== "streaming" && this.#pace.hasBell;
  }

  /** Asleep, or about to be, because another daemon has the lead. */
  get follows(): boolean {
    return this.#pace.kind !== "streaming" && !this.#pace.hasBell;
  }

  /** A bell: kept until the next read begins, and heard only by who sleeps. */
  ring(): void {
    this.#rang = true;
    if (this.#asleep) this.#doze.wake();
  }

  /** Cuts any wait short, the present or the next one. */
  wake(): void {
    this.#doze.wake();
  }

  /** From here on a bell may announce what this read does not see. */
  readBegins(): void {
    this.#rang = false;
  }

  /** Takes in what a read showed; true when the bell is to be given back. */
  readEnded(seen: Omit<Seen, "woken">): boolean {
    this.#step = nextStep(this.#pace, { ...seen, woken: this.#woken });
    this.#pace = this.#step.pace;
    return this.#step.releaseBell;
  }

  /** Waits until the next read, at most `atMostMs`. */
  async pause(atMostMs: number): Promise<void> {
    this.#woken = false;
    const { restMs, next } = this.#step;
    if (restMs > 0 && (await this.#doze.sleep(Math.min(restMs, atMostMs)))) return;
    if (next !== "sleep") return;
    if (!this.#rang) await this.#sleep(atMostMs - restMs);
    this.#woken = this.#rang;
  }

  /** A wait outside the rhythm, such as a backoff. */
  async wait(ms: number): Promise<void> {
    await this.#doze.sleep(ms);
  }

  async #sleep(ms: number): Promise<void> {
    this.#asleep = true;
    await this.#doze.sleep(ms);
    this.#asleep = false;
  }
}

/** Watches how long turns of the event loop take, from when it is first asked. */
import process from "node:process";

/** A timer fires once a turn, and at most this often. */
const EVERY_MS = 1;

export class TurnWatch {
  #timer: NodeJS.Timeout | undefined;
  #longestMs = 0;
  #mostWorkMs = 0;

  /** Since the last call. */
  takeLongestMs(): number {
    this.#watch();
    const longestMs = this.#longestMs;
    this.#longestMs = 0;
    return longestMs;
  }

  /** Processor time that the process used in one turn; no more than the turn took. Since the last call. */
  takeMostWorkMs(): number {
    this.#watch();
    const mostWorkMs = this.#mostWorkMs;
    this.#mostWorkMs = 0;
    return mostWorkMs;
  }

  #watch(): void {
    if (this.#timer !== undefined) return;
    let lastMs = performance.now();
    let lastUsedMs = usedMs();
    this.#timer = setInterval(() => {
      const [nowMs, nowUsedMs] = [performance.now(), usedMs()];
      const turnMs = nowMs - lastMs - EVERY_MS;
      this.#longestMs = Math.max(this.#longestMs, turnMs);
      this.#mostWorkMs = Math.max(this.#mostWorkMs, Math.min(turnMs, nowUsedMs - lastUsedMs));
      [lastMs, lastUsedMs] = [nowMs, nowUsedMs];
    }, EVERY_MS).unref();
  }
}

/** Processor time of all of the process's threads so far. */
export function usedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

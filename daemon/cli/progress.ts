import type { Shell } from "./shell.ts";

const EVERY_MS = 3_000;
const ON_A_TERMINAL_MS = 100;

/** How far a command is: one line that moves on a terminal, elsewhere a line every few seconds. */
export class Progress {
  readonly #shell: Pick<Shell, "isTerminal" | "complain">;
  readonly #line: (done: number, total: number) => string;
  #nextMs = performance.now();
  #isShown = false;

  constructor(shell: Pick<Shell, "isTerminal" | "complain">, line: (done: number, total: number) => string) {
    this.#shell = shell;
    this.#line = line;
    if (!shell.isTerminal) this.#nextMs += EVERY_MS;
  }

  show(done: number, total: number): void {
    const nowMs = performance.now();
    if (nowMs < this.#nextMs) return;
    const { isTerminal, complain } = this.#shell;
    this.#nextMs = nowMs + (isTerminal ? ON_A_TERMINAL_MS : EVERY_MS);
    complain(isTerminal ? `\r\u001b[K${this.#line(done, total)}` : `${this.#line(done, total)}\n`);
    this.#isShown = true;
  }

  /** Leaves the line clear for what comes next. */
  end(): void {
    if (this.#isShown && this.#shell.isTerminal) this.#shell.complain("\r\u001b[K");
  }
}

/** Shows that the run goes on: one live line on a terminal, a line every few seconds elsewhere. */

/** Often enough to see life, seldom enough for a log of CI. */
const LINE_INTERVAL_MS = 5_000;

export class Progress {
  readonly #out: NodeJS.WriteStream;
  readonly #totalFiles: number;
  readonly #startedMs = performance.now();
  readonly #running = new Set<string>();
  #doneFiles = 0;
  #tests = 0;
  #printedMs = 0;

  constructor(out: NodeJS.WriteStream, totalFiles: number) {
    this.#out = out;
    this.#totalFiles = totalFiles;
  }

  /** Of one file, or several that run together: `label` names them. */
  started(label: string): void {
    this.#running.add(label);
    this.#draw();
  }

  testDone(): void {
    this.#tests += 1;
    this.#draw();
  }

  ended(label: string, files: number): void {
    this.#running.delete(label);
    this.#doneFiles += files;
    this.#draw();
  }

  /** Writes lasting text above the live line. */
  print(text: string): void {
    this.clear();
    this.#out.write(`${text}\n`);
  }

  clear(): void {
    if (this.#out.isTTY) this.#out.write("\r\u001b[2K");
  }

  #draw(): void {
    const nowMs = performance.now();
    const seconds = Math.round((nowMs - this.#startedMs) / 1000);
    const line = `${seconds} s  ${this.#doneFiles}/${this.#totalFiles} files  ${this.#tests} tests  ${[...this.#running].join(" ")}`;
    if (this.#out.isTTY) {
      this.#out.write(`\r\u001b[2K${line.slice(0, this.#out.columns - 1)}`);
    } else if (nowMs - this.#printedMs >= LINE_INTERVAL_MS) {
      this.#printedMs = nowMs;
      this.#out.write(`${line}\n`);
    }
  }
}

/** Long work is cut into slices of this length, so that sockets and timers are never kept waiting for longer. */
const SLICE_MS = 5;

export interface SlicesOptions {
  readonly monotonicMs: () => number;
  readonly setImmediate: (callback: () => void) => void;
}

/** One long piece of work: `if (work.isDue) await work.turn()` between its steps. */
export interface SlicedWork {
  /** True once the slice is used up. */
  readonly isDue: boolean;
  /** Lets the event loop turn, then begins the next slice. */
  turn(): Promise<void>;
}

/** Lets long work share the event loop. */
export class Slices {
  readonly #options: SlicesOptions;

  constructor(options: SlicesOptions) {
    this.#options = options;
  }

  begin(): SlicedWork {
    const { monotonicMs, setImmediate } = this.#options;
    let endMs = monotonicMs() + SLICE_MS;
    return {
      get isDue() {
        return monotonicMs() >= endMs;
      },
      turn: async () => {
        await new Promise<void>((resolve) => setImmediate(resolve));
        endMs = monotonicMs() + SLICE_MS;
      },
    };
  }
}

/** One-shot timers: the process's, or those of a test's clock. */
export interface Timers {
  readonly setTimeout: (callback: () => void, delayMs: number) => unknown;
  readonly clearTimeout: (timer: unknown) => void;
}

export const SYSTEM_TIMERS: Timers = {
  setTimeout,
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

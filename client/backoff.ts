const FIRST_MS = 1_000;
const CEILING_MS = 60_000;

/**
 * Milliseconds to wait after so many failures in a row: anything from 0 up to 1, 2, 4 … 60 s ("full jitter", AWS Architecture
 * Blog, 2015), so that clients that were cut off together do not come back together.
 *
 * @param draw a random number in [0, 1)
 */
export function backoffMs(failures: number, draw: number): number {
  return Math.floor(draw * Math.min(CEILING_MS, FIRST_MS * 2 ** Math.max(0, failures - 1)));
}

/** Microseconds since 1970 of a frame's `asOf`. */
export function microsecondsOf(asOf: string): number {
  return Date.parse(`${asOf.slice(0, 23)}Z`) * 1_000 + Number(asOf.slice(23, 26));
}

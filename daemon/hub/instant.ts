/** An instant in microseconds since 1970 as ISO text in UTC, `2026-05-08T13:05:09.123456Z`. */
export function isoInstant(microseconds: number): string {
  const milliseconds = Math.floor(microseconds / 1000);
  const rest = String(microseconds - milliseconds * 1000).padStart(3, "0");
  return `${new Date(milliseconds).toISOString().slice(0, -1)}${rest}Z`;
}

/** Byte by byte, as PostgreSQL's `collate "C"`: JavaScript compares UTF-16. */
export function compareTexts(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}

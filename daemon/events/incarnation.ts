/** Whether two secrets are of one life of the change rows; see sql/incarnation.sql. */
export function isSameLife(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

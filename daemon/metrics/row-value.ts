/** SQL about one value of a row `r`. */

/** True for values that a sum can take: NaN and the infinities of `numeric` count as NULL. */
export function isSummable(reference: string, type: string): string {
  // NaN sorts above Infinity.
  return type === "numeric" ? `${reference} > '-Infinity' and ${reference} < 'Infinity'` : `${reference} is not null`;
}

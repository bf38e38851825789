/**
 * Exact integers of any size that take little room: those that a double holds exactly are numbers, others bigints. Each integer has one
 * form, so that `===` compares them, and `<` does in either.
 */
export type Integer = number | bigint;

const MOST = BigInt(Number.MAX_SAFE_INTEGER);

export function integerOf(value: bigint): Integer {
  return value <= MOST && value >= -MOST ? Number(value) : value;
}

export function add(a: Integer, b: Integer): Integer {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    // A sum that was rounded is not safe.
    if (Number.isSafeInteger(sum)) return sum;
  }
  return integerOf(BigInt(a) + BigInt(b));
}

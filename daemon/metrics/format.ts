/** How integers of an owner's state become JSON: exact, with no floating point until the last division by ten. */

/** Decimal string with `scale` digits after the point, from sign and magnitude. */
export function decimalText(value: bigint, scale: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, "0");
  const sign = value < 0n ? "-" : "";
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** `100 (current - base) / base` as a percentage with one decimal, half away from zero. Undefined unless the base is above 0. */
export function growth(current: bigint, base: bigint): number | undefined {
  return base > 0n ? tenths(1000n * (current - base), base) : undefined;
}

/** `100 part / whole` with one decimal, half away from zero. Undefined unless the whole is above 0. */
export function percentage(part: bigint, whole: bigint): number | undefined {
  return whole > 0n ? tenths(1000n * part, whole) : undefined;
}

/** The quotient as a decimal string of `scale` digits, half away from zero. The denominator is above 0. */
export function quotientText(numerator: bigint, denominator: bigint, scale: number): string {
  return decimalText(quotient(numerator * 10n ** BigInt(scale), denominator), scale);
}

/** The quotient rounded to an integer, and divided by ten; never -0. */
function tenths(numerator: bigint, denominator: bigint): number {
  return Number(quotient(numerator, denominator)) / 10;
}

/** Rounded to an integer, half away from zero. The denominator is above 0. */
function quotient(numerator: bigint, denominator: bigint): bigint {
  const magnitude = numerator < 0n ? -numerator : numerator;
  const rounded = (2n * magnitude + denominator) / (2n * denominator);
  return numerator < 0n ? -rounded : rounded;
}

/**
 * Whole numbers in few bits, as floating point without a sign: exact below 2^mantissa, and above within one part of 2^mantissa, rounded
 * down; what is too large is the largest there is. In order: a larger number never has a smaller code.
 */
const MOST = 2 ** 31 - 1;

export class SmallFloat {
  readonly #mantissa: number;
  readonly #largest: number;

  /** @param bits of a code, `mantissa` of them below its exponent; at most 16 and 11 */
  constructor(bits: number, mantissa: number) {
    this.#mantissa = mantissa;
    this.#largest = 2 ** bits - 1;
  }

  encode(value: number): number {
    const whole = Math.min(Math.max(0, Math.floor(value)), MOST);
    // As many places as the mantissa has no room for.
    const exponent = 31 - Math.clz32(whole) - this.#mantissa;
    if (exponent < 0) return whole;
    return Math.min((exponent << this.#mantissa) + (whole >>> exponent), this.#largest);
  }

  decode(code: number): number {
    const exponent = (code >>> this.#mantissa) - 1;
    if (exponent < 0) return code;
    return (code - (exponent << this.#mantissa)) * 2 ** exponent;
  }
}

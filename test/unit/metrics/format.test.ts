import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { decimalText, growth, percentage } from "../../../daemon/metrics/format.ts";
import { cases } from "../../support/cases.ts";

const money = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });
const small = fc.bigInt({ min: -3000n, max: 3000n });
const base = fc.oneof(fc.bigInt({ min: 1n, max: 3000n }), fc.bigInt({ min: 1n, max: 10n ** 15n }));

/** The tenths that are meant by a JSON number with at most one decimal, from its text. */
function tenthsOf(json: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d))?$/.exec(json);
  assert.ok(match, `${json} has at most one decimal`);
  const magnitude = BigInt(match[2] ?? "") * 10n + BigInt(match[3] ?? "0");
  return match[1] === "-" ? -magnitude : magnitude;
}

/** The exact quotient lies in the half-open interval that rounds to `tenths`, halves away from zero. */
function assertRounds(tenths: bigint, numerator: bigint, denominator: bigint): void {
  const [n, q] = numerator < 0n ? [-numerator, -tenths] : [numerator, tenths];
  assert.ok(
    2n * n >= (2n * q - 1n) * denominator && 2n * n < (2n * q + 1n) * denominator,
    `${numerator}/${denominator}`,
  );
}

describe("format", () => {
  it("money is its sign and magnitude with all digits of its scale", () => {
    fc.assert(
      fc.property(fc.oneof(money, small), fc.integer({ min: 0, max: 6 }), (value, scale) => {
        const text = decimalText(value, scale);
        assert.match(text, scale === 0 ? /^-?\d+$/ : new RegExp(`^-?\\d+\\.\\d{${scale}}$`));
        assert.equal(BigInt(text.replace(".", "")), value);
        assert.equal(text.startsWith("-"), value < 0n);
      }),
      cases(500),
    );
    assert.deepEqual(
      [0n, 5n, -5n, 123_456n].map((value) => decimalText(value, 2)),
      ["0.00", "0.05", "-0.05", "1234.56"],
    );
  });

  it("growth is the exact quotient with one decimal, half away from zero", () => {
    fc.assert(
      fc.property(fc.oneof(money, small), base, (current, previous) => {
        const numerator = 1000n * (current - previous);
        // A JSON number holds 15 digits for certain.
        fc.pre(numerator / previous < 10n ** 15n && numerator / previous > -(10n ** 15n));
        assertRounds(tenthsOf(JSON.stringify(growth(current, previous))), numerator, previous);
      }),
      cases(2_000),
    );
  });

  it("a percentage is the exact quotient with one decimal, half away from zero", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 3000n }), fc.bigInt({ min: 1n, max: 3000n }), (part, whole) => {
        assertRounds(tenthsOf(JSON.stringify(percentage(part, whole))), 1000n * part, whole);
      }),
      cases(2_000),
    );
  });

  it("halves go away from zero, where Math.round and toFixed differ", () => {
    assert.deepEqual([percentage(1n, 16n), percentage(1n, 2000n), percentage(3n, 2000n)], [6.3, 0.1, 0.2]);
    assert.deepEqual([growth(1999n, 2000n), growth(1997n, 2000n), growth(2001n, 2000n)], [-0.1, -0.2, 0.1]);
  });

  it("is never -0", () => {
    assert.ok(Object.is(growth(1n, 1n), 0));
    assert.ok(Object.is(growth(99_999n, 100_000n), 0));
  });

  it("is absent unless the base is above 0", () => {
    assert.deepEqual([growth(5n, 0n), growth(5n, -1n), percentage(0n, 0n)], [undefined, undefined, undefined]);
  });
});

import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { formatFor } from "../../../../react/display/format.ts";

const english = formatFor("en-US");
const portuguese = formatFor("pt-BR");
const plain = (text: string) => text.replaceAll(/\s/g, " ");

it("writes money in the document's currency, as each language does", () => {
  assert.equal(english.money("1234.50", "BRL"), "R$1,234.50");
  assert.equal(plain(portuguese.money("-1234.50", "BRL")), "-R$ 1.234,50");
  assert.equal(english.money("0.00", "USD"), "$0.00");
  assert.equal(english.money("1234.50", "JPY"), "¥1,234.50");
});

it("loses no digit of money, whatever its size", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat(99), (units, cents) => {
      const value = `${units}.${String(cents).padStart(2, "0")}`;
      assert.equal(english.money(value, "USD").replaceAll(/[$,]/g, ""), value);
    }),
  );
});

it("writes money as a number where the currency is missing or is none", () => {
  for (const currency of [undefined, "", "R$", "REAL"]) assert.equal(english.money("1234.50", currency), "1,234.50");
});

it("writes percentages with one decimal, and growth with its sign", () => {
  assert.deepEqual([english.percentage(33.3), portuguese.percentage(100)], ["33.3%", "100,0%"]);
  assert.deepEqual([12.5, -0.1, 0].map(english.growth), ["+12.5%", "-0.1%", "0.0%"]);
});

it("writes dates as they are, whatever the reader's time zone", () => {
  assert.equal(english.date("2026-05-12"), "Tuesday, May 12, 2026");
  assert.equal(portuguese.date("2026-05-12"), "terça-feira, 12 de mai. de 2026");
  assert.deepEqual([english.month("2026-01"), portuguese.month("2026-01")], ["Jan", "jan"]);
  assert.equal(portuguese.monthAndYear("2026-01"), "janeiro de 2026");
});

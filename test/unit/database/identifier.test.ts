import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigError } from "../../../daemon/config/errors.ts";
import { dollarQuoted, qualifiedName, quoteIdentifier, quoteLiteral } from "../../../daemon/database/identifier.ts";

describe("identifiers", () => {
  it("stay bare where that means the same, and are quoted everywhere else", () => {
    const written: [string, string][] = [
      ["bookings", "bookings"],
      ["_a1", "_a1"],
      ["order", '"order"'],
      ["Mixed", '"Mixed"'],
      ["1st", '"1st"'],
      ["a b", '"a b"'],
      ['"a"".b"', '"""a"""".b"""'],
      ["x'; drop", `"x'; drop"`],
      ["ñ", '"ñ"'],
    ];
    for (const [name, sql] of written) assert.equal(quoteIdentifier(name), sql);
    assert.equal(qualifiedName("hangar", "Hangar_Listings"), 'hangar."Hangar_Listings"');
  });

  it("are refused where PostgreSQL would cut them off or can't have them", () => {
    assert.equal(quoteIdentifier("a".repeat(63)).length, 63);
    for (const name of ["", "a\0b", "a".repeat(64), "ñ".repeat(32)])
      assert.throws(() => quoteIdentifier(name), ConfigError);
  });
});

describe("literals", () => {
  it("hold any text", () => {
    assert.equal(quoteLiteral("it's"), "'it''s'");
    assert.equal(quoteLiteral("a\\'b"), "E'a\\\\''b'");
  });
});

describe("dollar quotes", () => {
  it("do not end inside the body", () => {
    assert.equal(dollarQuoted("a"), "$$a$$");
    assert.equal(dollarQuoted("a $$ b $body1$"), "$body2$a $$ b $body1$$body2$");
  });
});

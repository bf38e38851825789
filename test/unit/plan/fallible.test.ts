import assert from "node:assert/strict";
import { it } from "node:test";
import { mayFail } from "../../../daemon/plan/fallible.ts";

it("comparisons of columns with values fail at no row, so that indexes over a condition's rows go on serving", () => {
  for (const where of [
    undefined,
    `r.status = 'paid'`,
    `(r.status = 'it''s / so') and (r."Odd "" name" is not null)`,
    `r.a >= (-5) and r.b < (1.5) or not (r.c in ('x', 'y')) and r.d between 1 and 2`,
    `r.note = E'back\\\\slash / here'`,
    `r.a is distinct from r.b and case when r.ok then true else false end and r.x <> 'Infinity'`,
  ])
    assert.equal(mayFail([{ where }]), false, where);
});

it("anything else may: arithmetic, functions, casts, patterns, subscripts", () => {
  for (const where of [
    "100 / r.amount > 5",
    "r.a + r.b > 0",
    "r.a - 1 > 0",
    "r.note::date is null",
    "cast(r.note as date) is null",
    "date(r.note) is null",
    "r.note like r.pattern",
    "r.note ~ r.pattern",
    "sign(r.a) = 1",
    "r.list[1] = 2",
    "r.doc ->> 'a' = 'b'",
    "r.at at time zone r.zone > '2026-01-01'",
  ])
    assert.equal(mayFail([{ where: "r.a = 1" }, { where }]), true, where);
});

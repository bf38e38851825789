import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { applyPatch, mergePatches } from "../../../../daemon/topics/owner/merge.ts";
import type { JsonObject } from "../../../../protocol/json.ts";
import { cases } from "../../../support/cases.ts";

const KEYS = ["a", "b", "", "__proto__", "constructor", "a.b"];

/** Two levels, where a path is always a group or always a leaf: `g0`, `g1` are groups, the rest leaves. */
function object(leaf: fc.Arbitrary<string | number | null>): fc.Arbitrary<JsonObject> {
  const entries = fc.array(fc.tuple(fc.constantFrom(...KEYS), leaf), { maxLength: 5 });
  const groups = fc.array(fc.tuple(fc.constantFrom("g0", "g1"), entries.map(fromEntries)), { maxLength: 2 });
  return fc.tuple(entries, groups).map(([leaves, inner]) => fromEntries([...leaves, ...inner]));
}
const leafOf = fc.oneof(fc.string({ maxLength: 2 }), fc.integer());
const document = object(leafOf);
const patch = object(fc.oneof(leafOf, fc.constant(null)));

function fromEntries(entries: readonly (readonly [string, JsonObject[string]])[]): JsonObject {
  const made = Object.create(null) as JsonObject;
  for (const [key, value] of entries) made[key] = value;
  return made;
}

/** Order-free text. */
function text(value: JsonObject): string {
  const sorted = (object: JsonObject): unknown =>
    Object.keys(object)
      .toSorted()
      .map((key) => [key, typeof object[key] === "object" && object[key] !== null ? sorted(object[key]) : object[key]]);
  return JSON.stringify(sorted(value));
}

it("Applying two merged patches is applying one after the other, whatever the keys are called", () => {
  fc.assert(
    fc.property(document, patch, patch, (base, first, second) => {
      const oneByOne = applyPatch(applyPatch(structured(base), structured(first)), structured(second));
      const atOnce = applyPatch(structured(base), mergePatches(structured(first), structured(second)));
      assert.equal(text(atOnce), text(oneByOne));
    }),
    cases(2_000),
  );
});

it("A merged patch keeps the null of either, since the receiver may hold what it removes", () => {
  const merged = mergePatches({ group: { gone: null, back: null }, total: 1 }, { group: { back: 2, also: null } });
  assert.deepEqual(merged, { group: { gone: null, back: 2, also: null }, total: 1 });
});

it("A patch never reaches a prototype", () => {
  const [direct, viaConstructor] = ['{"__proto__":{"polluted":1}}', '{"constructor":{"prototype":{"polluted":1}}}'];
  applyPatch({}, JSON.parse(direct) as JsonObject);
  mergePatches({}, JSON.parse(direct) as JsonObject);
  applyPatch({}, JSON.parse(viaConstructor) as JsonObject);
  mergePatches({ x: 1 }, JSON.parse(viaConstructor) as JsonObject);
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
});

/** A deep copy with null prototypes. */
function structured(value: JsonObject): JsonObject {
  return fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      typeof inner === "object" && inner !== null ? structured(inner) : inner,
    ]),
  );
}

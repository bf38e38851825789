import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { applyPatch, fromSnapshot, mergePatch } from "../../../client/materialised.ts";
import type { JsonObject } from "../../../protocol/json.ts";

const document = fromSnapshot({ epoch: "e1", version: 7, asOf: "t7", data: { revenue: { today: "1.00" } } });
const patch = { epoch: "e1", version: 9, previous: 7, asOf: "t9", data: { revenue: { today: "2.00" } } };

it("applies a patch against its own epoch and version", () => {
  const after = applyPatch(document, patch);
  assert.deepEqual(after, { ...patch, data: { revenue: { today: "2.00" } } });
});

it("sees a gap where the patch is against another version", () => {
  assert.equal(applyPatch(document, { ...patch, previous: 8 }), "gap");
  assert.equal(applyPatch(document, { ...patch, previous: 6 }), "gap");
});

it("sees a gap where the epoch is another, whatever the versions say", () => {
  assert.equal(applyPatch(document, { ...patch, epoch: "e2" }), "gap");
});

it("sees a gap where there is no document", () => assert.equal(applyPatch(undefined, patch), "gap"));

const json = (text: string) => JSON.parse(text) as JsonObject;
const merged = (target: string, patch: string) => JSON.stringify(mergePatch(json(target), json(patch)));

/** The examples of RFC 7396, appendix A, that hold no array and no null in the target. */
const EXAMPLES = [
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', "{}"],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ["{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ['{"a":"b"}', '{"a":{"b":"c"}}', '{"a":{"b":"c"}}'],
] as const;

for (const [target, patch, result] of EXAMPLES) {
  it(`RFC 7396: ${target} patched by ${patch} is ${result}`, () => assert.equal(merged(target, patch), result));
}

it("takes any text as an ordinary key, __proto__ too, and gives ordinary objects", () => {
  const result = mergePatch(json('{"byStatus":{"paid":1}}'), json('{"byStatus":{"__proto__":2,"":3,"a.b":4}}'));
  assert.equal(JSON.stringify(result), '{"byStatus":{"paid":1,"__proto__":2,"":3,"a.b":4}}');
  for (const each of [result, result.byStatus]) assert.equal(Object.getPrototypeOf(each), Object.prototype);
  assert.deepEqual(mergePatch(undefined, json('{"a":{"b":1}}')), { a: { b: 1 } });
  assert.equal(({} as { paid?: unknown }).paid, undefined);
  assert.equal(
    JSON.stringify(mergePatch(result, json('{"byStatus":{"__proto__":null}}'))),
    '{"byStatus":{"paid":1,"":3,"a.b":4}}',
  );
});

it("keeps what did not change as the same object", () => {
  const before = mergePatch(undefined, json('{"a":{"x":1},"b":{"y":2}}'));
  const after = mergePatch(before, json('{"a":{"x":3}}'));
  assert.notEqual(after.a, before.a);
  assert.equal(after.b, before.b);
  assert.equal(mergePatch(after, json('{"a":{"x":3},"c":null}')), after);
});

const anyDocument = fc.letrec<{ object: Record<string, unknown>; value: unknown }>((tie) => ({
  object: fc.dictionary(fc.constantFrom("a", "b", "c", "__proto__", ""), tie("value"), {
    maxKeys: 4,
    noNullPrototype: false,
  }),
  value: fc.oneof({ maxDepth: 3 }, fc.integer(), fc.string(), tie("object")),
})).object;

/** What leads from one document to another: the other's leaves, and null for what is gone. */
function difference(from: JsonObject, to: JsonObject): JsonObject {
  const patch: JsonObject = Object.create(null) as JsonObject;
  for (const key of Object.keys(from)) if (!Object.hasOwn(to, key)) patch[key] = null;
  for (const [key, value] of Object.entries(to)) {
    const before = from[key];
    patch[key] =
      typeof value === "object" && value !== null && typeof before === "object" && before !== null
        ? difference(before, value)
        : value;
  }
  return patch;
}

it("leads from any document to any other, and leaves its arguments as they were", () => {
  fc.assert(
    fc.property(anyDocument, anyDocument, (left, right) => {
      const [from, to] = [mergePatch(undefined, left as JsonObject), mergePatch(undefined, right as JsonObject)];
      const [fromText, patch] = [JSON.stringify(from), difference(from, to)];
      const patchText = JSON.stringify(patch);
      assert.deepEqual(mergePatch(from, patch), to);
      assert.equal(JSON.stringify(from), fromText);
      assert.equal(JSON.stringify(patch), patchText);
    }),
  );
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { topicKey } from "../../client/key.ts";
import { keyParts, spellKey } from "../../protocol/key.ts";

describe("a key of several columns", () => {
  it("is spelt by its values with / between them, and %2F and %25 for what holds one or a %", () => {
    assert.equal(spellKey(["acme", "7"]), "acme/7");
    assert.equal(spellKey(["a/b", "50%", ""]), "a%2Fb/50%25/");
    assert.equal(spellKey(["%2F", "é 🙂"]), "%252F/é 🙂");
  });

  it("has a spelling of its own, whatever its values are", () => {
    const parts = fc.array(fc.oneof(fc.string(), fc.constantFrom("/", "%", "%2F", "%25", "")), {
      minLength: 2,
      maxLength: 4,
    });
    fc.assert(fc.property(parts, (key) => assert.deepEqual(keyParts(spellKey(key), key.length), key)));
  });

  it("may have any character percent-encoded, and as many values as columns", () => {
    assert.deepEqual(keyParts(["a b/c", "é"].map(encodeURIComponent).join("/"), 2), ["a b/c", "é"]);
    assert.deepEqual(keyParts("a%2fb/c", 2), ["a/b", "c"]);
    for (const name of ["acme", "a/b/c", "50%/7", "%FF/7", "a".repeat(255) + "/b"])
      assert.equal(keyParts(name, 2), undefined, name);
  });

  it("is given by topicKey as pages and tokens name it, and refused where a number has become another one", () => {
    assert.equal(topicKey("a/b", 7), "a%2Fb/7");
    assert.equal(topicKey("pt", "50%", 2n ** 60n), "pt/50%25/1152921504606846976");
    assert.equal(topicKey("a/b"), "a/b");
    for (const value of [0.5, 2 ** 60, Number.NaN])
      assert.throws(() => topicKey("a", value), { name: "TypeError", message: /is no key: .* as text or bigint$/ });
  });

  it("of one column is as it is", () => {
    assert.equal(spellKey(["a/50%"]), "a/50%");
    assert.deepEqual(keyParts("a/50%", 1), ["a/50%"]);
  });
});

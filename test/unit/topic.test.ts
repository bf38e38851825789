import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { is } from "valibot";
import { topic } from "../../protocol/fields.ts";
import { MAX_KEY_LENGTH, MAX_KIND_LENGTH } from "../../protocol/limits.ts";
import { ownerTopic, parseTopic, printTopic } from "../../protocol/topic.ts";
import { cases } from "../support/cases.ts";

const LONGEST_KIND = "k".repeat(MAX_KIND_LENGTH);
const LONGEST_KEY = "x".repeat(MAX_KEY_LENGTH);

it("A topic's name is its kind, a colon and its key: the first colon separates, whatever the key holds", () => {
  const names: readonly (readonly [string, string, string])[] = [
    ["owner:7", "owner", "7"],
    ["room:a:b", "room", "a:b"],
    ["room::", "room", ":"],
    ["platform_2:all", "platform_2", "all"],
    ["owner:%37", "owner", "%37"],
    ["owner: 7\n", "owner", " 7\n"],
    ["owner:José 🛩", "owner", "José 🛩"],
    [`${LONGEST_KIND}:${LONGEST_KEY}`, LONGEST_KIND, LONGEST_KEY],
  ];
  for (const [name, kind, key] of names) {
    assert.deepEqual(parseTopic(name), { kind, key });
    assert.equal(printTopic({ kind, key }), name);
    assert.ok(is(topic, name), name);
  }
  assert.equal(ownerTopic("7"), "owner:7");
});

it("What names no topic is none, for the schema and for the parser", () => {
  const names = [
    "",
    ":",
    "7",
    "owner",
    "owner:",
    ":7",
    "Owner:7",
    "owner :7",
    " owner:7",
    "7owner:7",
    "_x:7",
    "öwner:7",
  ];
  names.push(
    "owner:\0",
    "owner:7\0",
    "owner:\ud800",
    "own\ner:7",
    `owner:x${LONGEST_KEY}`,
    `k${LONGEST_KIND}:7`,
    `${LONGEST_KIND}:x${LONGEST_KEY}`,
  );
  for (const name of names) assert.deepEqual([parseTopic(name), is(topic, name)], [undefined, false], name);
});

it("Every name that parses prints back as it was, and every kind and key parse back", () => {
  const kind = fc.stringMatching(/^[a-z][a-z0-9_]{0,31}$/);
  const key = fc.string({ minLength: 1, maxLength: 128, unit: "grapheme" }).filter((text) => !text.includes("\0"));
  fc.assert(
    fc.property(kind, key, fc.string({ unit: "binary" }), (some, text, any) => {
      if (text.length <= MAX_KEY_LENGTH)
        assert.deepEqual(parseTopic(printTopic({ kind: some, key: text })), { kind: some, key: text });
      const parsed = parseTopic(any);
      if (parsed !== undefined) assert.equal(printTopic(parsed), any);
    }),
    cases(300),
  );
});

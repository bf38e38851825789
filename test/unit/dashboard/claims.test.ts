import assert from "node:assert/strict";
import { it } from "node:test";
import { readClaims } from "../../../dashboard/entry/claims.ts";
import { token } from "../../support/tokens.ts";

const read = (claims: object) => readClaims(token(claims, 0));

it("knows one owner, several, and other topics, each once, by the topic's name", () => {
  assert.deepEqual(read({ ownerId: 7 }), { topics: ["owner:7"], isAdmin: false });
  assert.deepEqual(read({ owners: ["7", 8, "João"] })?.topics, ["owner:7", "owner:8", "owner:João"]);
  assert.deepEqual(read({ ownerId: "7", owners: [7, "9"] })?.topics, ["owner:7", "owner:9"]);
  assert.deepEqual(read({ owners: [8], topics: ["owner:7", "room:1", "owner", 7] })?.topics, [
    "owner:8",
    "owner:7",
    "room:1",
  ]);
});

it("takes no owner from what the daemon would refuse", () => {
  assert.deepEqual(read({ ownerId: 1.5, owners: ["", null, 2 ** 60, { id: 1 }] })?.topics, []);
  assert.deepEqual(read({ owners: "7" })?.topics, []);
});

it("knows an administrator", () => assert.deepEqual(read({ role: "admin" }), { topics: [], isAdmin: true }));

it("tells what is no token", () => {
  const tokens = ["", "abc", "a.b.c", "a.b", `x.${btoa("null")}.y`, `x.${btoa("7")}.y`, "x.%.y"];
  assert.deepEqual(
    tokens.map(readClaims),
    tokens.map(() => undefined),
  );
});

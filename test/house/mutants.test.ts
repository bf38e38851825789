/** The list of deliberate mistakes keeps up with the code: each finds its place, and its test. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MUTANTS } from "../../mutants/list.ts";
import { textOf } from "./source-tree.ts";

describe("mutants", () => {
  it("find the text that they change exactly once", () => {
    const lost = MUTANTS.filter(({ file, find }) => textOf(file).split(find).length !== 2);
    assert.deepEqual(
      lost.map(({ file, name }) => `${file}: ${name}`),
      [],
    );
  });

  it("change something, and have names of their own", () => {
    assert.deepEqual(
      MUTANTS.filter(({ find, replace }) => find === replace),
      [],
    );
    assert.equal(new Set(MUTANTS.map(({ name }) => name)).size, MUTANTS.length);
  });
});

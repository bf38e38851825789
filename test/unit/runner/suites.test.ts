import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BRIEFLY_ON_15, everyTestFile, LONG, selectFiles, TELLING } from "../../runner/suites.ts";
import { isOn15 } from "../../support/known-servers.ts";

const files = await everyTestFile(join(dirname(fileURLToPath(import.meta.url)), "../.."));

describe("the tests that a server's version may matter to", () => {
  it("are there, each by its name", () => {
    const names = selectFiles(files, ["telling"]).map(({ name }) => name);
    assert.deepEqual(names.toSorted(), TELLING.toSorted());
    assert.equal(selectFiles(files, BRIEFLY_ON_15).length, BRIEFLY_ON_15.length);
  });

  it("are left out of a brief run where they take long, by names that there are", () => {
    assert.equal(selectFiles(files, [...LONG]).length, LONG.size);
    assert.deepEqual(
      BRIEFLY_ON_15.filter((name) => LONG.has(name)),
      [],
    );
  });

  it("run on the second server where a run has no others on it", () => {
    const only = ["/a/one.test.js", "/a/two.test.js"].join(delimiter);
    assert.equal(isOn15("/a/two.test.js", only), true);
    assert.equal(isOn15("/a/three.test.js", only), false);
    assert.equal(isOn15("/a/three.test.js", undefined), true);
    assert.equal(isOn15(undefined, only), true);
  });
});

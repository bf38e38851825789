import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { everyTestFile, ON_15_ALONE, selectFiles, TELLING } from "../../runner/suites.ts";
import { isOn15 } from "../../support/known-servers.ts";

const files = await everyTestFile(join(dirname(fileURLToPath(import.meta.url)), "../.."));

describe("the tests that a server's version may matter to", () => {
  it("are there, each by its name", () => {
    const names = selectFiles(files, ["telling"]).map(({ name }) => name);
    assert.deepEqual(names.toSorted(), TELLING.toSorted());
    assert.deepEqual(selectFiles(files, ON_15_ALONE).length, ON_15_ALONE.length);
  });

  it("run on the second server where a run has no others on it", () => {
    const only = ["/a/one.test.js", "/a/two.test.js"].join(delimiter);
    assert.equal(isOn15("/a/two.test.js", only), true);
    assert.equal(isOn15("/a/three.test.js", only), false);
    assert.equal(isOn15("/a/three.test.js", undefined), true);
    assert.equal(isOn15(undefined, only), true);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { repositoryFiles, textOf } from "./source-tree.ts";

/** Folders that only exist on somebody's machine. Files of a test or a server go below `tmpdir()`. */
const MACHINE_PATH = /(?<![\w.])\/(work|home\/\w|Users\/\w|root\/|tmp\/)/;

const TEXT = /\.(tsx?|js|json|sql|md|css|html|sh|yml)$|^\.ci\/run$|^\.npmrc$|^LICENSE$/;

describe("words", () => {
  const files = repositoryFiles().filter((path) => TEXT.test(path));

  it("no file holds a path of a machine", () => {
    assert.deepEqual(
      files.filter((path) => path !== "test/house/words.test.ts" && MACHINE_PATH.test(textOf(path))),
      [],
    );
  });

  it("no file names a registry's host", () => {
    assert.deepEqual(
      files.filter(
        (path) => /registry\.npmjs|npm\.pkg\.|artifactory|verdaccio|nexus/i.test(textOf(path)) && !isThisFile(path),
      ),
      [],
    );
  });

  it("nothing is left to do later", () => {
    assert.deepEqual(
      files.filter((path) => /\b(TODO|FIXME|XXX)\b/.test(textOf(path)) && !isThisFile(path)),
      [],
    );
  });
});

function isThisFile(path: string): boolean {
  return path === "test/house/words.test.ts";
}

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lineCount, repositoryFiles, sourcesBelow } from "./source-tree.ts";

const MOST_LINES = 300;
const MOST_TEST_LINES = 500;
/** Printed by `deltad migrate plan` or by a test, never edited. */
const GENERATED = /^demo\/migrations\/|^test\/schema\.sql$/;
const MEDIAN_LINES = 120;

describe("file sizes", () => {
  it(`no source is longer than ${MOST_LINES} lines, no test than ${MOST_TEST_LINES}`, () => {
    const sources = repositoryFiles().filter((path) => /\.(tsx?|js|sql|css)$/.test(path) && !GENERATED.test(path));
    const long = sources
      .filter((path) => lineCount(path) > (path.endsWith(".test.ts") ? MOST_TEST_LINES : MOST_LINES))
      .map((path) => `${path}: ${lineCount(path)}`);
    assert.deepEqual(long, []);
  });

  it(`the median source is shorter than ${MEDIAN_LINES} lines`, () => {
    const sizes = sourcesBelow(
      "protocol",
      "daemon",
      "client",
      "react",
      "testing",
      "dashboard",
      "demo",
      "test",
      "bench",
      "soak",
      "mutants",
    )
      .map(lineCount)
      .toSorted((a, b) => a - b);
    assert.ok((sizes[Math.floor(sizes.length / 2)] ?? 0) < MEDIAN_LINES);
  });
});

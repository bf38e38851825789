import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { chooseTests } from "../../runner/choice.ts";
import { FileGraph } from "../../runner/file-graph.ts";
import { LANES, longestFirst, SUITES, type SuiteFile, timeOf } from "../../runner/suites.ts";

function testFile(name: string): SuiteFile {
  const suite = SUITES.find((each) => name.startsWith(`test/${each.name}/`));
  assert.ok(suite, name);
  return { suite, name, path: name };
}

const NEAR = testFile("test/unit/near.test.ts");
const FAR = testFile("test/pg/far.test.ts");
const OTHER = testFile("test/unit/other.test.ts");
const HOUSE = testFile("test/house/layers.test.ts");
const ALL = [FAR, HOUSE, NEAR, OTHER];
const GRAPH = new FileGraph(
  new Map([
    ["b.ts", { imported: ["a.ts"], named: [] }],
    [NEAR.name, { imported: ["a.ts"], named: [] }],
    [FAR.name, { imported: ["b.ts"], named: [] }],
    [OTHER.name, { imported: [], named: [] }],
  ]),
);
const names = (files: readonly SuiteFile[]): string[] => files.map(({ name }) => name);
const minute = 60_000;

describe("npm test -- --changed", () => {
  it("runs what the change can reach, and the house, and says why", () => {
    const { files, lines } = chooseTests(ALL, ["a.ts"], GRAPH, new Map());
    assert.deepEqual(names(files), names([FAR, HOUSE, NEAR]));
    assert.deepEqual(lines, [
      `  ${HOUSE.name}  reads every source`,
      `  ${NEAR.name}  uses a.ts`,
      `  ${FAR.name}  2 uses away, by b.ts`,
    ]);
  });

  it("leaves out what lies farthest where all would take more than a minute, and says so", () => {
    const { files, lines } = chooseTests(ALL, ["a.ts"], GRAPH, new Map([[FAR.name, minute]]));
    assert.deepEqual(names(files), names([HOUSE, NEAR]));
    assert.equal(lines.at(-1), `left for npm test, since they lie farther away: ${FAR.name}`);
  });

  it("runs a test that was changed itself, however long it takes", () => {
    const { files, lines } = chooseTests(ALL, [FAR.name], GRAPH, new Map([[FAR.name, minute]]));
    assert.deepEqual(names(files), names([FAR, HOUSE]));
    assert.ok(lines.includes(`  ${FAR.name}  changed`));
  });

  it("runs everything where the change decides how all is built or run, and says so", () => {
    for (const decisive of ["package-lock.json", "tsconfig.json", "bin/build.js", "test/runner/suites.ts"]) {
      const { files, lines } = chooseTests(ALL, ["a.ts", decisive], GRAPH, new Map());
      assert.deepEqual([names(files), lines], [names(ALL), [`${decisive} can reach every test: all run`]]);
    }
  });

  it("runs nothing where nothing has changed", () => {
    assert.deepEqual(chooseTests(ALL, [], GRAPH, new Map()).files, []);
  });
});

it("A run begins with files that it knows nothing of, then with the longest", () => {
  const known = new Map([
    [NEAR.name, 5],
    [FAR.name, 50],
    [OTHER.name, 500],
  ]);
  assert.deepEqual(names(longestFirst(ALL, known)), names([HOUSE, OTHER, FAR, NEAR]));
});

it("A run takes as long as its lanes have work, as its longest file, and as its heavy files one by one", () => {
  const heavy = testFile("test/browser/page.test.ts");
  const seconds = new Map([NEAR, heavy].map(({ name }) => [name, 1_000]));
  const enough = Array.from({ length: 2 * LANES.lanes }, () => NEAR);
  assert.equal(timeOf(enough, seconds), 2_000);
  assert.equal(timeOf([NEAR], seconds), 1_000);
  assert.equal(timeOf([NEAR, heavy, heavy], seconds), Math.max(2_000, 3_000 / LANES.lanes));
  assert.equal(timeOf([NEAR], new Map()), NEAR.suite.usualMs, "what is not known takes what is usual");
});

it("Of files that lie equally near, those that take least are chosen", () => {
  const slow = Array.from({ length: LANES.lanes }, (_, at) => testFile(`test/pg/slow-${at}.test.ts`));
  const graph = new FileGraph(new Map([...slow, NEAR].map(({ name }) => [name, { imported: ["a.ts"], named: [] }])));
  const known = new Map([...slow.map(({ name }) => [name, 44_000] as const), [NEAR.name, 40_000]]);
  const { files } = chooseTests([...slow, NEAR], ["a.ts"], graph, known);
  assert.equal(files.length, LANES.lanes);
  assert.ok(files.includes(NEAR), "the quickest is left out");
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { chooseTests } from "../../runner/choice.ts";
import { FileGraph } from "../../runner/file-graph.ts";
import { everyTestFile, longestFirst, MEASURING, STAGES, SUITES, type SuiteFile, timeOf } from "../../runner/suites.ts";

function testFile(name: string): SuiteFile {
  const suite = SUITES.find((each) => name.startsWith(`test/${each.name}/`));
  assert.ok(suite, name);
  return { suite, name, path: name };
}

/** Where the compiled tests are. */
const TESTS = fileURLToPath(new URL("../../", import.meta.url));

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
const minute = 60_000 * STAGES[0].lanes;

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

it("A file is of one stage; files that measure time have one to themselves", async () => {
  const measuring = testFile("test/process/rolling-restart.test.ts");
  const heavy = testFile("test/browser/page.test.ts");
  const stageOf = (file: SuiteFile): number[] => STAGES.flatMap(({ holds }, at) => (holds(file) ? [at] : []));
  assert.deepEqual([stageOf(NEAR), stageOf(heavy), stageOf(measuring)], [[0], [0], [1]]);
  assert.equal(STAGES[1].lanes, 1);
  assert.deepEqual(names((await everyTestFile(TESTS)).filter(STAGES[1].holds)), MEASURING, "each of them is there");
});

it("A run takes as long as its lanes have work, its heavy files one by one, and after that those that measure", () => {
  const measuring = testFile("test/process/rolling-restart.test.ts");
  const heavy = testFile("test/browser/page.test.ts");
  const seconds = new Map([NEAR, heavy, measuring].map(({ name }) => [name, 1_000]));
  const { lanes } = STAGES[0];
  assert.equal(timeOf([NEAR, measuring, measuring], seconds), 2_000 + 1_000 / lanes);
  assert.equal(timeOf([NEAR, heavy, heavy], seconds), Math.max(2_000, 3_000 / lanes));
  assert.equal(timeOf([measuring], new Map()), measuring.suite.usualMs, "what is not known takes what is usual");
});

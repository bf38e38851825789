import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FileGraph, filesOfName } from "../../runner/file-graph.ts";

const graph = new FileGraph(
  new Map([
    ["a.ts", { imported: [], named: ["sql/a.sql"] }],
    ["b.ts", { imported: ["a.ts"], named: [] }],
    ["test/b.test.ts", { imported: ["b.ts", "a.ts"], named: [] }],
    ["test/c.test.ts", { imported: ["b.ts"], named: [] }],
    ["test/d.test.ts", { imported: ["e.ts"], named: [] }],
    ["e.ts", { imported: [], named: ["a.ts"] }],
  ]),
);

describe("what a change can reach", () => {
  it("is all that imports it or names it, by however many others, with the nearest way", () => {
    assert.deepEqual(Object.fromEntries(graph.reachedFrom(["sql/a.sql"])), {
      "sql/a.sql": { steps: 0, through: "sql/a.sql" },
      "a.ts": { steps: 1, through: "sql/a.sql" },
      "b.ts": { steps: 2, through: "a.ts" },
      "test/b.test.ts": { steps: 2, through: "a.ts" },
      "e.ts": { steps: 2, through: "a.ts" },
      "test/c.test.ts": { steps: 3, through: "b.ts" },
      "test/d.test.ts": { steps: 3, through: "e.ts" },
    });
  });

  it("is nothing but itself where nobody uses it", () => {
    assert.deepEqual([...graph.reachedFrom(["test/c.test.ts"]).keys()], ["test/c.test.ts"]);
  });

  it("is found in this repository: by imports, by a file's name, by a folder's, and not by types", () => {
    const here = FileGraph.ofRepository();
    const reachedFrom = (file: string): Set<string> => new Set(here.reachedFrom([file]).keys());
    assert.ok(reachedFrom("test/runner/file-graph.ts").has("test/unit/runner/file-graph.test.ts"));
    assert.ok(reachedFrom("demo/schema.sql").has("test/support/oracle.ts"), "a file that it names");
    assert.ok(reachedFrom("sql/ring.sql").has("test/support/install.ts"), "a folder that its import names");
    assert.ok(reachedFrom("bin/deltad.js").has("test/cli/bin.test.ts"), "a program that it runs");
    assert.ok(here.imports("test/run.ts", "test/runner/test-file.ts"));
    assert.ok(!here.imports("test/runner/summary.ts", "test/runner/test-file.ts"), "it imports a type alone");
  });
});

it("a file imports another by however many others; a name in a string is no import", () => {
  assert.ok(graph.imports("test/c.test.ts", "a.ts"));
  assert.ok(!graph.imports("test/d.test.ts", "a.ts"));
});

it("a name means a source by what it is compiled to, a file by the end of its path, and all files of a folder", () => {
  const files = ["daemon/main.ts", "sql/a.sql", "sql/b.sql", "sqlite.ts", "dashboard/main.tsx"];
  assert.deepEqual(filesOfName("daemon/main.js", files), ["daemon/main.ts"]);
  assert.deepEqual(filesOfName("sql/", files), ["sql/a.sql", "sql/b.sql"]);
  assert.deepEqual(filesOfName("a.sql", files), ["sql/a.sql"], "the only one of this name");
  assert.deepEqual(filesOfName("page", files), ["dashboard/main.tsx"]);
  assert.deepEqual(filesOfName("bookings/status", files), []);
});

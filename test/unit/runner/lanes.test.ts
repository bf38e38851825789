import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runInLanes } from "../../runner/lanes.ts";
import { ALONE, type Job, jobsOf, SUITES, type SuiteFile } from "../../runner/suites.ts";

function file(name: string, of: string): SuiteFile {
  const suite = SUITES.find((each) => each.name === of);
  assert.ok(suite);
  return { suite, name, path: name };
}

function jobs(heavy: boolean, ...names: readonly string[]): Job[] {
  return names.map((name) => ({ heavy, files: [file(name, "pg")] }));
}

/** What runs at each moment, by name, when jobs end in the order in which they began. */
async function moments(all: readonly Job[], stage: { lanes: number; heavy: number }): Promise<string[]> {
  const running: string[] = [];
  const ends: (() => void)[] = [];
  const seen: string[] = [];
  const done = runInLanes(all, stage, async ({ files: [{ name } = { name: "" }] }) => {
    running.push(name);
    await new Promise<void>((resolve) => ends.push(resolve));
    running.splice(running.indexOf(name), 1);
  });
  for (;;) {
    await new Promise(setImmediate);
    if (running.length === 0) break;
    seen.push(running.join(" "));
    ends.shift()?.();
  }
  await done;
  return seen;
}

describe("lanes", () => {
  it("run as many jobs at once as there are, in their order, with a heavy one among them from the start", async () => {
    const all = [...jobs(false, "a", "b", "c"), ...jobs(true, "H", "I")];
    assert.deepEqual(await moments(all, { lanes: 3, heavy: 1 }), ["H a b", "a b I", "b I c", "I c", "c"]);
  });

  it("run heavy files one by one, though lanes are free", async () => {
    assert.deepEqual(await moments(jobs(true, "H", "I", "J"), { lanes: 3, heavy: 1 }), ["H", "I", "J"]);
  });

  it("end where there is nothing to run", async () => {
    assert.deepEqual(await moments([], { lanes: 3, heavy: 1 }), []);
  });
});

describe("jobs", () => {
  it("are of one file each, but for suites whose files run together: one for each core, before the others", () => {
    const all = [file("a", "pg"), file("b", "unit"), file("P", "browser"), file("c", "house"), file("d", "unit")];
    const seen = jobsOf(all, 2).map(
      ({ heavy, files }) => `${heavy ? "heavy " : ""}${files.map(({ name }) => name).join(" ")}`,
    );
    assert.deepEqual(seen, ["b d", "c", "a", "heavy P"]);
    assert.equal(jobsOf(all.slice(0, 2), 4).length, 2);
    assert.deepEqual(jobsOf([], 2), []);
    const alone = ALONE.map((name) => file(name, "unit"));
    assert.equal(jobsOf([...alone, file("b", "unit"), file("d", "unit")], 1).length, alone.length + 1);
  });
});

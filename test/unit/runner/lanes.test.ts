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
  const told = (
    all: readonly SuiteFile[],
    cores: number,
    durationsMs: Readonly<Record<string, number>> = {},
  ): string[] =>
    jobsOf(all, new Map(Object.entries(durationsMs)), cores).map(
      ({ heavy, files }) => `${heavy ? "heavy " : ""}${files.map(({ name }) => name).join(" ")}`,
    );

  it("are of one file each, but for suites whose files run together: one for each core, before the others", () => {
    const all = [file("a", "cli"), file("b", "unit"), file("P", "browser"), file("c", "house"), file("d", "unit")];
    assert.deepEqual(told(all, 2), ["b d", "c", "a", "heavy P"]);
    assert.equal(told(all.slice(0, 2), 4).length, 2);
    assert.deepEqual(told([], 2), []);
  });

  it("have several files that take seconds, as many as fill a process", () => {
    const all = ["a", "b", "c", "d", "e"].map((name) => file(name, "pg"));
    assert.deepEqual(told(all, 2, { a: 20_000, b: 9_000, c: 6_000, d: 1_000, e: 1_000 }), ["a", "b c", "d e"]);
    const short = ["a", "b", "c", "d", "e", "f", "g"].map((name) => file(name, "wire"));
    assert.deepEqual(told(short, 2, Object.fromEntries(short.map(({ name }) => [name, 10]))), ["a b c d e", "f g"]);
  });

  it("leave a file alone that needs a process of its own", () => {
    const alone = [...ALONE].map((name) => file(name, "unit"));
    assert.equal(told([...alone, file("b", "unit"), file("d", "unit")], 1).length, alone.length + 1);
  });
});

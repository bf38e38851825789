import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";

const PROGRAM = `
  import { runTestFilesTogether } from ${JSON.stringify(new URL("../../runner/test-file.js", import.meta.url).href)};
  console.log(JSON.stringify([...(await runTestFilesTogether(process.argv.slice(2), () => undefined))]));`;
const HEAD = `import { describe, it } from "node:test";\n`;

describe("files that run together", () => {
  let folder = "";
  before(() => (folder = mkdtempSync(join(tmpdir(), "deltad-runner-"))));
  after(() => rmSync(folder, { recursive: true }));

  /** Writes files by name, has them run together, and says of each what passed and what failed. */
  async function outcomes(files: Readonly<Record<string, string>>): Promise<Record<string, string>> {
    const paths = Object.entries(files).map(([name, text]) => {
      const path = join(folder, `${name}.mjs`);
      writeFileSync(path, HEAD + text);
      return path;
    });
    const program = join(folder, "program.mjs");
    writeFileSync(program, PROGRAM);
    // Within a test Node runs no test files: so another process does.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...paths], { env });
    const results = JSON.parse(stdout) as [
      string,
      { passed: string[]; failed: { titles: string[] }[]; skipped: { titles: string[] }[] },
    ][];
    return Object.fromEntries(
      results.map(([path, { passed, failed, skipped }]) => [
        path.slice(folder.length + 1, -".mjs".length),
        [
          ...passed.map((title) => `passed ${title}`),
          ...failed.map(({ titles }) => `failed ${titles.at(-1) ?? "for it holds no test"}`),
          ...skipped.map(({ titles }) => `skipped ${titles.join(" ")}`),
        ].join(", "),
      ]),
    );
  }

  it("have each test counted where it is written; one without a test is a failure", async () => {
    const seen = await outcomes({
      good: 'it("one", () => {}); describe("block", () => { it("two", () => {}); it("three", { skip: "why" }, () => {}); });',
      bad: 'it("four", () => {}); it("five", () => { throw new Error("no"); });',
      empty: "",
    });
    assert.deepEqual(seen, {
      good: "passed one, passed two, skipped block three",
      bad: "passed four, failed five",
      empty: "failed for it holds no test",
    });
  });

  it("run once where another file makes their blocks, skipped ones too", async () => {
    writeFileSync(
      join(folder, "blocks.mjs"),
      `${HEAD}export function blocks(define) {
        describe("here", define);
        describe("elsewhere", { skip: "not there" }, define);
      }`,
    );
    const runs = join(folder, "runs");
    const text = (own: string, within: string): string =>
      `import { appendFileSync } from "node:fs"; import { blocks } from "./blocks.mjs";
      it("${own}", () => {}); blocks(() => { it("${within}", () => appendFileSync(${JSON.stringify(runs)}, "${within}")); });`;
    const seen = await outcomes({ first: text("first", "seven"), second: text("second", "eight") });
    const told = Object.values(seen).join(", ").split(", ").toSorted();
    assert.deepEqual(
      told,
      ["first", "seven", "second", "eight"]
        .map((name) => `passed ${name}`)
        .concat("skipped elsewhere", "skipped elsewhere")
        .toSorted(),
    );
    assert.equal(readFileSync(runs, "utf8"), "seveneight");
  });

  it("may have nothing but blocks that another file skips", async () => {
    const skipping = 'import { blocks } from "./skipping.mjs"; blocks(() => { it("never", () => {}); });';
    writeFileSync(
      join(folder, "skipping.mjs"),
      `${HEAD}export const blocks = (define) => describe("elsewhere", { skip: "not there" }, define);`,
    );
    const seen = await outcomes({ some: `it("some", () => {}); ${skipping}`, none: skipping });
    assert.deepEqual(seen, { some: "passed some, skipped elsewhere", none: "skipped elsewhere" });
  });

  it("are run one by one where one of them breaks the process", async () => {
    const seen = await outcomes({ sound: 'it("six", () => {});', broken: 'throw new Error("can not be loaded");' });
    assert.equal(seen["sound"], "passed six");
    assert.match(seen["broken"] ?? "", /^failed .*broken\.mjs$/);
  });
});

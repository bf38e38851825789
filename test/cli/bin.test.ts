import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "deltad-bin-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** Runs bin/deltad.js of `root` on a Node that says it is something else. */
function run(root: string, property: string, value: unknown) {
  const pretence = `Object.defineProperty(process, ${JSON.stringify(property)}, { value: ${JSON.stringify(value)} })`;
  const args = [
    "--import",
    `data:text/javascript,${encodeURIComponent(pretence)}`,
    join(root, "bin", "deltad.js"),
    "demo",
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return { status, stdout, stderr };
}

describe("bin/deltad.js answers in one line and exits 78", () => {
  for (const version of ["12.22.12", "18.20.0", "20.18.3"]) {
    it(`on Node ${version}`, () => {
      const stderr = `deltad: Node ${version} is too old: deltad needs Node 20.19 or newer\n`;
      assert.deepEqual(run(ROOT, "versions", { node: version }), { status: 78, stdout: "", stderr });
    });
  }

  it("on Windows, pointing at WSL", () => {
    const { status, stderr } = run(ROOT, "platform", "win32");
    assert.match(stderr, /^deltad: Windows is supported through WSL only[^\n]*\n$/);
    assert.equal(status, 78);
  });

  it("where nothing is installed", () => {
    cpSync(join(ROOT, "bin"), join(scratch, "bin"), { recursive: true });
    cpSync(join(ROOT, "package.json"), join(scratch, "package.json"));
    const stderr = "deltad: its dependencies are not installed: run npm ci first\n";
    assert.deepEqual(run(scratch, "title", "deltad"), { status: 78, stdout: "", stderr });
  });
});

describe("bin/build.js", () => {
  it("says in one line what to do where npm left out the development dependencies", () => {
    const clone = join(scratch, "production");
    cpSync(join(ROOT, "bin"), join(clone, "bin"), { recursive: true });
    cpSync(join(ROOT, "package.json"), join(clone, "package.json"));
    // What a runtime dependency brings is not enough.
    mkdirSync(join(clone, "node_modules", "typescript"), { recursive: true });
    const { status, stderr } = spawnSync(process.execPath, [join(clone, "bin", "build.js")], { encoding: "utf8" });
    assert.match(stderr, /^this clone can't be built[^\n]*: run npm ci --include=dev\n$/);
    assert.equal(status, 1);
  });
});

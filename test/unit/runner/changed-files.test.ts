import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { changedFiles } from "../../runner/changed-files.ts";

const noGit = spawnSync("git", ["--version"]).status === 0 ? false : "there is no git";

describe("what has changed", { skip: noGit }, () => {
  let root = "";
  const git = (...args: string[]): void => {
    const identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
    const { status, stderr } = spawnSync("git", [...identity, ...args], { cwd: root, encoding: "utf8" });
    assert.equal(status, 0, stderr);
  };
  const write = (name: string, text: string): void => writeFileSync(join(root, name), text);

  before(() => {
    root = mkdtempSync(join(tmpdir(), "deltad-git-"));
    git("init", "-q", "-b", "main");
    mkdirSync(join(root, "folder"));
    for (const name of ["a", "b", "c", "folder/é"]) write(name, "1");
    write(".gitignore", "ignored\n");
    git("add", ".");
    git("commit", "-qm", "first");
  });
  after(() => rmSync(root, { recursive: true }));

  it("on main is nothing, then what is not committed: changed, removed or new, but not what git ignores", () => {
    assert.deepEqual(changedFiles(root).files, []);
    write("a", "2");
    write("new one", "1");
    write("ignored", "1");
    rmSync(join(root, "b"));
    git("add", "a");
    assert.deepEqual(changedFiles(root).files, ["a", "b", "new one"]);
  });

  it("on a branch is all since it left main, whatever main did meanwhile, whether committed or not", () => {
    git("commit", "-qam", "second");
    git("checkout", "-qb", "branch", "HEAD~1");
    write("folder/é", "2");
    git("commit", "-qam", "on the branch");
    write("c", "2");
    assert.deepEqual(changedFiles(root).files, ["c", "folder/é", "new one"]);
    assert.match(changedFiles(root).against, /^main at [0-9a-f]{9}$/);
  });

  it("is counted from another base where one is given; one that is not there is an error", () => {
    assert.deepEqual(changedFiles(root, "HEAD").files, ["c", "new one"]);
    assert.throws(() => changedFiles(root, "nowhere"), /git merge-base nowhere HEAD: .*nowhere/);
  });
});

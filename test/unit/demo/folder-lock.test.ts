import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { lockFolder } from "../../../demo/cli/folder-lock.ts";
import { ConfigError } from "../../../daemon/config/errors.ts";

describe("The lock of the demo's folder", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "deltad-lock-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("is one demo's while that lives, and anybody's when it was given back", async () => {
    const demo = spawn(process.execPath, ["-e", "process.stdin.resume()", "demo"], {
      stdio: ["pipe", "ignore", "ignore"],
    });
    const unlock = await lockFolder(folder, demo.pid ?? 0);
    await assert.rejects(lockFolder(folder, process.pid), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, new RegExp(`kill ${demo.pid}$`));
      return true;
    });
    await unlock();
    await (await lockFolder(folder, process.pid))();
    assert.deepEqual(await readdir(folder), []);
    demo.kill();
  });

  it("counts for nothing where its process is gone, is another program, or would be this one", async () => {
    const gone = spawn(process.execPath, ["--version"], { stdio: "ignore" });
    await new Promise((resolve) => gone.once("close", resolve));
    const other = spawn(process.execPath, ["-e", "process.stdin.resume()"], { stdio: ["pipe", "ignore", "ignore"] });
    for (const left of [gone.pid, other.pid, process.pid, "", "rubbish"]) {
      await writeFile(join(folder, "lock"), String(left));
      await (await lockFolder(folder, process.pid))();
    }
    other.kill();
  });
});

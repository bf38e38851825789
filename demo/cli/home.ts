/**
 * The demo's folder, `.deltad` of the clone: what it keeps between runs (secrets), what it tells other commands while it runs
 * (the run file), and where its server lives.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { access, constants, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, sep } from "node:path";
import * as v from "valibot";
import { ConfigError } from "../../daemon/config/errors.ts";
import type { ServerUser } from "../../daemon/database/server-user.ts";

/** Where root keeps a server whose user can't enter the clone. */
const ROOTS_PLACE = "/var/lib/deltad";

const keptSchema = v.object({
  /** Names this demo outside of its folder. */
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  jwtSecret: v.string(),
  superuserPassword: v.string(),
  daemonPassword: v.string(),
});

const runSchema = v.object({
  pid: v.number(),
  /** The page's address, without a token. */
  url: v.string(),
  port: v.number(),
  /** The database, as the role that writes rows. */
  databaseUrl: v.string(),
  jwtSecret: v.string(),
  configFile: v.string(),
  /** The owner whose page is shown. */
  owner: v.string(),
});

export type Kept = v.InferOutput<typeof keptSchema>;
export type Run = v.InferOutput<typeof runSchema>;

export class DemoHome {
  readonly folder: string;

  /** `root` is the package's folder; as a dependency of another project the demo keeps its data in that project's folder. */
  constructor(root: string, cwd: string) {
    this.folder = join(root.includes(`${sep}node_modules${sep}`) ? cwd : root, ".deltad");
  }

  /** Call it before anything that writes here. */
  async make(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o755 })
      .then(() => access(this.folder, constants.W_OK))
      .catch((error: NodeJS.ErrnoException) => {
        throw new ConfigError(`the demo can't keep its data in ${this.folder} (${error.code ?? error.message})`);
      });
  }

  /** The secrets of earlier runs, or new ones. */
  async keep(): Promise<Kept> {
    const earlier = await this.#read("kept.json", keptSchema);
    if (earlier) return earlier;
    const random = (bytes: number) => randomBytes(bytes).toString("base64url");
    const id = randomBytes(8).toString("hex");
    const kept = { id, jwtSecret: random(48), superuserPassword: random(24), daemonPassword: random(24) };
    await this.#write("kept.json", JSON.stringify(kept));
    return kept;
  }

  /** The folder for the server's data: inside the demo's, unless `user` can't enter that. */
  async serverFolder(user: ServerUser, { id }: Kept): Promise<string> {
    const inside = join(this.folder, "server");
    await mkdir(inside, { recursive: true, mode: 0o755 });
    if (await canEnter(user, inside)) return inside;
    const outside = join(ROOTS_PLACE, id);
    await mkdir(outside, { recursive: true, mode: 0o755 });
    return outside;
  }

  /** What the running demo told, or one that was killed: whoever uses it finds out which. */
  readRun(): Promise<Run | undefined> {
    return this.#read("demo.json", runSchema);
  }

  async writeRun(run: Run): Promise<void> {
    await this.#write("demo.json", JSON.stringify(run));
  }

  async removeRun(): Promise<void> {
    await rm(join(this.folder, "demo.json"), { force: true });
    await rm(this.passwordFile, { force: true });
  }

  /** For psql, so that no password stands on a command line. */
  get passwordFile(): string {
    return join(this.folder, "pgpass");
  }

  async writePasswordFile(databaseUrl: string): Promise<void> {
    const { hostname, port, pathname, username, password } = new URL(databaseUrl);
    const fields = [hostname, port, pathname.slice(1), username, password].map((field) =>
      decodeURIComponent(field).replace(/[\\:]/g, "\\$&"),
    );
    await this.#write("pgpass", `${fields.join(":")}\n`);
  }

  async #read<Schema extends v.GenericSchema>(
    name: string,
    schema: Schema,
  ): Promise<v.InferOutput<Schema> | undefined> {
    const text = await readFile(join(this.folder, name), "utf8").catch(() => undefined);
    if (text === undefined) return undefined;
    try {
      return v.parse(schema, JSON.parse(text));
    } catch {
      throw new ConfigError(`${join(this.folder, name)} is damaged: remove ${this.folder} to start the demo anew`);
    }
  }

  /** Whole or not at all, and readable by its owner alone. */
  async #write(name: string, text: string): Promise<void> {
    const file = join(this.folder, name);
    await writeFile(`${file}.new`, text, { mode: 0o600 });
    await rename(`${file}.new`, file);
  }
}

function canEnter(user: ServerUser, folder: string): Promise<boolean> {
  if (user.uid === undefined) return Promise.resolve(true);
  return new Promise((resolve) => {
    const child = spawn("/bin/sh", ["-c", 'cd "$0"', folder], { ...user, cwd: "/", stdio: "ignore" });
    child.once("error", () => resolve(false));
    child.once("close", (code) => resolve(code === 0));
  });
}

/** Debian's PgBouncer before a test's database, on a free port. Clients need no password. */
import { existsSync } from "node:fs";
import { chmod, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../daemon/database/cluster.ts";
import { serverUser } from "../../daemon/database/server-user.ts";
import { ListeningProgram } from "./listening-program.ts";

const PROGRAM = "/usr/sbin/pgbouncer";
const PATIENCE_MS = 10_000;

/** Why none can be run here; undefined if it can. */
export function missingPgBouncer(): string | undefined {
  return existsSync(PROGRAM) ? undefined : "PgBouncer is not installed";
}

export class PgBouncer {
  /** The database's URL with this pooler's address. */
  readonly url: string;
  readonly #program: ListeningProgram;

  private constructor(url: string, program: ListeningProgram) {
    this.url = url;
    this.#program = program;
  }

  static async before(databaseUrl: string, mode: "transaction" | "session"): Promise<PgBouncer> {
    const target = new URL(databaseUrl);
    const folder = await mkdtemp(join(tmpdir(), "deltad-pgbouncer-"));
    // As root it does not run: another account must be able to read this.
    await chmod(folder, 0o755);
    const port = await freePort();
    const file = join(folder, "pgbouncer.ini");
    const server = `host=${target.hostname} port=${target.port} user=${target.username} password=${decodeURIComponent(target.password)}`;
    await writeFile(
      file,
      `[databases]\n* = ${server}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${port}\nunix_socket_dir =\nauth_type = any\npool_mode = ${mode}\n`,
    );
    const user = await serverUser(process.geteuid?.());
    const bouncer = await ListeningProgram.start({
      name: "PgBouncer",
      program: PROGRAM,
      args: [file],
      spawn: { ...user, cwd: "/" },
      port,
      folder,
      withinMs: PATIENCE_MS,
    });
    const own = new URL(databaseUrl);
    own.hostname = "127.0.0.1";
    own.port = String(port);
    return new PgBouncer(own.href, bouncer);
  }

  stop(): Promise<void> {
    return this.#program.stop();
  }
}

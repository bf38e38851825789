/** A small file system in memory that a test fills up. Only root can mount it. */
import { execFile, spawn } from "node:child_process";
import { chmod, chown, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { serverUser } from "../../daemon/database/server-user.ts";

const run = promisify(execFile);
const CHUNK = Buffer.alloc(64 * 1024);

export class SmallDisk {
  /** The server's own user may write here. */
  readonly folder: string;
  readonly #release: () => void;

  private constructor(folder: string) {
    this.folder = folder;
    this.#release = unmountWhenWeDie(folder);
  }

  static async mount(bytes: number): Promise<SmallDisk> {
    const folder = await mkdtemp(join(tmpdir(), "deltad-disk-"));
    try {
      await run("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", folder]);
    } catch (error) {
      await rm(folder, { recursive: true });
      throw error;
    }
    const { uid, gid } = await serverUser(process.getuid?.());
    if (uid !== undefined && gid !== undefined) await chown(folder, uid, gid);
    await chmod(folder, 0o755);
    return new SmallDisk(folder);
  }

  /** Leaves no byte of it free. */
  async fill(): Promise<void> {
    const file = await open(this.#filler, "w");
    try {
      for (;;) await file.write(CHUNK);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
    } finally {
      await file.close();
    }
  }

  /** Gives back what {@link fill} has taken. */
  async free(): Promise<void> {
    await rm(this.#filler);
  }

  async unmount(): Promise<void> {
    await run("umount", ["--lazy", this.folder]);
    await rm(this.folder, { recursive: true });
    this.#release();
  }

  get #filler(): string {
    return join(this.folder, "filler");
  }
}

/** A test run that is killed would leave it behind. This waits for the end of a pipe that only we hold. */
function unmountWhenWeDie(folder: string): () => void {
  const script = 'read -r _ || { umount --lazy "$0" && rmdir "$0"; } 2> /dev/null';
  const guard = spawn("/bin/sh", ["-c", script, folder], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  guard.unref();
  return () => guard.stdin.end("done\n");
}

/** For a test's option `skip`: why none can be mounted here, or false. */
export async function withoutSmallDisk(): Promise<string | false> {
  try {
    const disk = await SmallDisk.mount(1024 * 1024);
    await disk.unmount();
    return false;
  } catch (error) {
    return `a small file system can't be mounted: ${error instanceof Error ? error.message.trim() : String(error)}`;
  }
}

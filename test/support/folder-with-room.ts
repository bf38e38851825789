/** Where tests keep data directories and clones: in memory where there is room, else in the system's temporary folder. */
import { statfs } from "node:fs/promises";
import { tmpdir } from "node:os";

/** A new database in it takes a sixth of the processor time that it takes on a disk. */
const IN_MEMORY = "/dev/shm";
/** A whole run needs a fourth of it; a container may have far less. */
const ROOM_BYTES = 4 * 1024 ** 3;

export async function folderWithRoom(): Promise<string> {
  const room = await statfs(IN_MEMORY).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  );
  return room >= ROOM_BYTES ? IN_MEMORY : tmpdir();
}

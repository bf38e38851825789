import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** Whether a shell would find the program in `path`. */
export async function hasProgram(name: string, path: string | undefined): Promise<boolean> {
  const folders = (path ?? "").split(delimiter).filter(Boolean);
  const found = await Promise.all(
    folders.map((folder) =>
      access(join(folder, name), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}

import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The page that is the other server's to give out: from here it could show, and not write. */
const OTHERS_PAGE = "conversations.html";
/** What the owner's page reads the other server's port from. */
const MARK = 'name="conversations-port" content="';

/**
 * The built pages as deltad gives them out: with a link to the server that has the conversations, whose port each run chooses.
 * @param folder of the demo's own; what it holds is replaced
 * @returns where they are: `pages` themselves, where they are not built
 */
export async function linkedPages(pages: string, folder: string, port: number): Promise<string> {
  const index = await readFile(join(pages, "index.html"), "utf8").catch(() => undefined);
  if (index === undefined) return pages;
  await rm(folder, { recursive: true, force: true });
  await cp(pages, folder, { recursive: true });
  await rm(join(folder, OTHERS_PAGE));
  await writeFile(join(folder, "index.html"), index.replace(MARK, `${MARK}${port}`));
  return folder;
}

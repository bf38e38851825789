/** What is kept of a campaign that failed. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Violation } from "./assertion.ts";
import type { Site } from "./site.ts";

/** Writes it to a folder of its own, and gives its path. */
export async function keepEvidence(
  error: unknown,
  { seed, lines, site }: { readonly seed: number; readonly lines: readonly string[]; readonly site: Site | undefined },
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `deltad-soak-${seed}-`));
  const keep = (name: string, content: string): Promise<void> => writeFile(join(folder, name), content);
  await keep("failure.txt", error instanceof Error ? `${error.stack ?? error.message}\n` : String(error));
  await keep("campaign.txt", `${lines.join("\n")}\n`);
  if (error instanceof Violation && error.documents !== undefined) {
    await keep("documents.json", JSON.stringify(error.documents, undefined, 2));
  }
  if (site === undefined) return folder;
  for (const at of site.fleet.ports.keys()) {
    const lives = site.fleet.processes(at).map(({ output }) => output);
    await keep(`daemon-${at}.log`, lives.join("\n--- another process ---\n"));
  }
  await keep("server.log", await site.database.serverLog);
  const clients = site.clients.map(({ name, owners, monitor }) => ({
    name,
    problems: monitor.problems,
    frames: monitor.frames,
    owners: owners.map(({ topic, getSnapshot }) => ({ topic, ...getSnapshot() })),
  }));
  await keep("clients.json", JSON.stringify(clients, undefined, 2));
  return folder;
}

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

const USE = `
import type { EventsOf, MetricsOf } from "deltad";
import type config from "./deltad.config.ts";
type Metrics = MetricsOf<typeof config>;
export const money: Metrics["revenue"]["today"] = "1.00";
export const months: Metrics["bookings"]["byMonth"] = { "2025-01": 2 };
type Events = EventsOf<typeof config>;
export const before: Events["booking_updated"]["previousStatus"] = null;
export const now: Events["occupancy_changed"]["isNowOccupied"] = true;
// @ts-expect-error: no such event
export type Misspelt = Events["booking_update"];
// @ts-expect-error: every booking has a guest
export const nobody: Events["booking_created"]["guestName"] = null;
// @ts-expect-error: money is text
export const wrong: Metrics["revenue"]["today"] = 1;
`;

for (const type of ["module", "commonjs"]) {
  it(`a configuration has its types in another project, of type ${type}`, async () => {
    const project = await mkdtemp(join(tmpdir(), "deltad-typed-"));
    try {
      await mkdir(join(project, "node_modules"));
      await symlink(root, join(project, "node_modules/deltad"));
      await symlink(join(root, "node_modules/drizzle-orm"), join(project, "node_modules/drizzle-orm"));
      for (const file of ["deltad.config.ts", "channels.ts", "tables.ts"])
        await copyFile(join(root, "demo", file), join(project, file));
      await writeFile(join(project, "use.ts"), USE);
      await writeFile(join(project, "package.json"), JSON.stringify({ type }));
      const options = [
        "--noEmit",
        "--strict",
        "--module",
        "nodenext",
        "--allowImportingTsExtensions",
        "--skipLibCheck",
      ];
      const tsc = join(root, "node_modules/typescript/bin/tsc");
      const { stdout, status } = spawnSync(process.execPath, [tsc, ...options, "use.ts"], {
        cwd: project,
        encoding: "utf8",
      });
      assert.equal(stdout, "");
      assert.equal(status, 0);
    } finally {
      await rm(project, { recursive: true, force: true });
    }
  });
}

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type pg from "pg";
import { PACKAGE_ROOT } from "../support/deltad-command.ts";
import { differing } from "../support/differing.ts";

export type Documents = readonly (readonly [owner: string, document: unknown])[];

export const RECOMPUTE_FILE = join(PACKAGE_ROOT, "bench/compare/recompute.sql");

/** That the tests have, by the plainest SQL: it takes minutes for all. */
const CHECKED_TWICE = 3;

/** How many pages show something else than the recompute; some are compared with the tests' SQL as well, which has nothing of it. */
export async function differingPages(session: pg.Client, documents: Documents): Promise<number> {
  const owners = documents.map(([owner]) => owner);
  const { rows } = await session.query<{ owner: string; document: string }>(await readFile(RECOMPUTE_FILE, "utf8"), [
    owners,
  ]);
  const expected = new Map(rows.map(({ owner, document }) => [owner, JSON.parse(document) as unknown]));
  const wrong = documents.filter(
    ([owner, document]) => !isDeepStrictEqual(plain(document), expected.get(owner)),
  ).length;
  return Math.max(wrong, await differing(session, documents.slice(0, CHECKED_TWICE)));
}

/** Without prototypes, which mean nothing in JSON. */
function plain(document: unknown): unknown {
  return JSON.parse(JSON.stringify(document ?? null));
}

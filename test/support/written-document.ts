import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** A document that is made from the code, and checked in, is as the code makes it. With WRITE_DOCUMENTS=1 it is written instead. */
export function assertWritten(path: string, made: string): void {
  if (process.env["WRITE_DOCUMENTS"] === "1") return writeFileSync(join(ROOT, path), made);
  assert.equal(
    readFileSync(join(ROOT, path), "utf8"),
    made,
    `${path} is not what the code makes of it: run its test with WRITE_DOCUMENTS=1, and look at the difference`,
  );
}

import assert from "node:assert/strict";
import { it } from "node:test";
import { sourcesBelow, textOf } from "./source-tree.ts";

it("docs/running.md names every session that deltad has in a database, by its application_name", () => {
  // The gateway's roles are those of tokens.
  const sources = sourcesBelow("daemon").filter((file) => !file.startsWith("daemon/gateway/"));
  const text = sources.map(textOf).join("\n");
  const roles = [...text.matchAll(/\brole: "(\w+)"/g), ...text.matchAll(/application_name: "deltad\/(\w+)"/g)];
  const names = new Set(roles.map(([, role]) => `\`deltad/${role}\``));
  assert.ok(names.size >= 10, "they were found");
  const page = textOf("docs/running.md");
  assert.deepEqual(
    [...names].filter((name) => !page.includes(name)),
    [],
  );
});

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";
import { optionsHelp, optionsMarkdown } from "../../../daemon/config/options-table.ts";
import { OPTIONS } from "../../../daemon/config/options.ts";

it("the README's table of options is the one that the code reads (node bin/options-table.js writes it)", async () => {
  // This file runs as dist/test/unit/config/options-table.test.js.
  const readme = await readFile(new URL("../../../../README.md", import.meta.url), "utf8");
  const [, table] = /<!-- options -->\n([^]*?)\n<!-- \/options -->/.exec(readme) ?? [];
  assert.equal(table?.trim(), optionsMarkdown());
});

it("--help and the README's table name every option, its default, and what is required", () => {
  for (const { name } of Object.values(OPTIONS)) {
    assert.match(optionsHelp(), new RegExp(`^  ${name}  `, "m"));
    assert.match(optionsMarkdown(), new RegExp(`^\\| \`${name}\` \\|`, "m"));
  }
  assert.match(optionsMarkdown(), /^\| `DELTAD_PORT` \| `8080` \|/m);
  assert.match(optionsMarkdown(), /^\| `DATABASE_URL` \| required \|/m);
  assert.match(optionsHelp(), /DELTAD_TRANSPORT .*\(auto\)$/m);
});

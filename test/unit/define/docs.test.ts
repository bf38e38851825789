import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";

const read = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), "utf8");

it("the page about your own tables shows code that the tests run", () => {
  const page = read("docs/your-own-tables.md");
  const shown = [...page.matchAll(/```(ts|sql)\n(.*?)```/gs)];
  assert.ok(shown.length >= 6);
  for (const [, language, code = ""] of shown) {
    const file = language === "ts" ? "deltad.config.ts" : "schema.sql";
    // What stands between two paragraphs is left out on the page.
    const paragraphs = code.split(language === "ts" ? "\n\n" : /(?<=;\n)/);
    const runs = ["second", "rental", "kinds", "wholesale", "tenants"].map((folder) => read(`test/${folder}/${file}`));
    assert.ok(
      runs.some((run) => paragraphs.every((paragraph) => run.includes(paragraph))),
      code,
    );
  }
});

it("the page about rooms shows code that the tests run", () => {
  const shown = [...read("docs/rooms.md").matchAll(/```(ts|sql)\n(.*?)```/gs)];
  assert.equal(shown.length, 6);
  const runs = ["rooms/schema.sql", "rooms/deltad.config.ts", "unit/client/documented.test.ts"].map((file) =>
    read(`test/${file}`)
      .split("\n")
      .map((line) => line.trim())
      .join("\n"),
  );
  for (const [, , code = ""] of shown) {
    // What stands between two paragraphs is left out on the page.
    const paragraphs = code
      .replace("@deltad/client/channels", "deltad/channels")
      .replace('"@deltad/client"', '"deltad/client"')
      .split("\n")
      .map((line) => line.trim())
      .join("\n")
      .split(/\n\n|(?<=;\n)(?=create)/);
    assert.ok(
      runs.some((run) => paragraphs.every((paragraph) => run.includes(paragraph))),
      code,
    );
  }
});

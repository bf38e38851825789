/** Writes the table of options into the README, between its two `options` comments. */
import { readFileSync, writeFileSync } from "node:fs";
import { optionsMarkdown } from "../dist/daemon/config/options-table.js";

const readme = new URL("../README.md", import.meta.url);
const text = readFileSync(readme, "utf8");
writeFileSync(
  readme,
  text.replace(/<!-- options -->[^]*<!-- \/options -->/, `<!-- options -->\n${optionsMarkdown()}\n<!-- /options -->`),
);

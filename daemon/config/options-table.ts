/** The table of options for people: in the README (Markdown) and after `--help` (plain text). */
import { OPTIONS, type Option } from "./options.ts";

const ROWS: readonly Option[] = Object.values(OPTIONS);

/** The README keeps this between its two `options` comments; `node bin/options-table.js` writes it there. */
export function optionsMarkdown(): string {
  const rows = ROWS.map((option) => `| \`${option.name}\` | ${worth(option, "`")} | ${capitalised(option.help)}. |`);
  return ["| Name | Default | What it is |", "| --- | --- | --- |", ...rows].join("\n");
}

/** Lines for the end of a command's help. `unread`: what that command does not heed. */
export function optionsHelp(unread: readonly string[] = []): string {
  const rows = ROWS.filter(({ name }) => !unread.includes(name));
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.map((option) => {
    const value = worth(option, "");
    return `  ${option.name.padEnd(width)}  ${option.help.replaceAll("`", "")}${value ? ` (${value})` : ""}`;
  });
  return ["", "Environment:", ...lines].join("\n");
}

function worth(option: Option, quote: string): string {
  if (option.required) return "required";
  return option.default ? `${quote}${option.default}${quote}` : "";
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

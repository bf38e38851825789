/** Checks the SQL that was written by hand inside a condition; what passes can neither name another table nor read a clock. */
import { ConfigError } from "../config/errors.ts";
import { insteadOf } from "../define/unsayable.ts";
import { ALLOWED_FUNCTIONS, ALLOWED_WORDS, CLOCK_LITERAL, CLOCK_WORDS } from "./condition-words.ts";

const TOKEN =
  /(?<space>\s+)|(?<comment>--|\/\*)|(?<string>'(?:[^']|'')*')|(?<quoted>"(?:[^"]|"")*")|(?<word>[\p{L}_][\p{L}\p{N}_$]*)|(?<number>(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)|(?<operator>[-+*/<>=~!@#%^&|?(),[\].:])/iuy;

/**
 * @param text one stretch of SQL between columns and values
 * @param example how this table's columns are to be written, for the message
 * @throws ConfigError naming the first word that can't be used
 */
export function checkConditionText(text: string, example: string): void {
  const tokens = new RegExp(TOKEN);
  while (tokens.lastIndex < text.length) {
    const start = tokens.lastIndex;
    const found = tokens.exec(text)?.groups;
    if (found === undefined) throw new ConfigError(`can't read the SQL at: ${oneLine(text.slice(start))}`);
    if (found["comment"] !== undefined)
      throw new ConfigError(`leave comments out of the SQL: ${oneLine(text.slice(start))}`);
    if (found["quoted"] !== undefined)
      throw new ConfigError(`write ${found["quoted"]} as a column of the table, ${example}`);
    if (found["string"] !== undefined && CLOCK_LITERAL.test(found["string"].slice(1, -1)))
      throw clockError(found["string"]);
    if (found["word"] !== undefined) checkWord(found["word"], /^\s*\(/.test(text.slice(tokens.lastIndex)), example);
  }
}

function checkWord(word: string, called: boolean, example: string): void {
  const name = word.toLowerCase();
  if (CLOCK_WORDS.has(name)) throw clockError(word);
  if (ALLOWED_WORDS.has(name) || (called && ALLOWED_FUNCTIONS.has(name))) return;
  const instead = insteadOf(name);
  if (instead !== undefined) throw new ConfigError(`${word}${called ? "()" : ""}: ${instead}`);
  if (called)
    throw new ConfigError(
      `${word}() is not one of the functions known to depend on nothing but the row; keep its result in a column`,
    );
  if (["select", "exists", "over", "filter", "with"].includes(name)) {
    throw new ConfigError(`${word}: a condition is about one row of one table, without subqueries and aggregates`);
  }
  throw new ConfigError(`unknown word ${word} in the SQL; write a column as ${example}, a text as a value: \${"text"}`);
}

export function clockError(word: string): ConfigError {
  return new ConfigError(
    `${word}: conditions have no clock; say when rows count with during(day(…)), trailingDays, month or while(from, until)`,
  );
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").slice(0, 40);
}

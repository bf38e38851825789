/** Errors that one row causes: PostgreSQL can't compute with what is in it, and fails the whole statement, whoever's rows it reads. */
import { errorCode } from "./reason.ts";

const PROGRAM_LIMIT_EXCEEDED = /^5400[01]$/;

/** What a condition's author can do about the commonest; the messages of these errors quote values, and are not for logs. */
const WORDS: Readonly<Record<string, string>> = {
  "22003": "a number is out of range",
  "22007": "a text is no date or time",
  "22008": "a date or time is out of range",
  "22012": "division by zero: divide by nullif(…, 0)",
  "22P02": "a text is not of the type that it is cast to",
};

/** Class 22, data exceptions, and values that are more than PostgreSQL computes with. */
export function isDataError(error: unknown): boolean {
  const code = errorCode(error) ?? "";
  return code.startsWith("22") || PROGRAM_LIMIT_EXCEEDED.test(code);
}

/** Of owners at one of whose rows PostgreSQL fails: it does not say whose, so that each half is tried by itself. */
export function halves<Owner>(owners: readonly Owner[]): readonly [left: readonly Owner[], right: readonly Owner[]] {
  const middle = Math.ceil(owners.length / 2);
  return [owners.slice(0, middle), owners.slice(middle)];
}

/** One line, without anything of the row. */
export function describeDataError(error: unknown): string {
  const code = errorCode(error) ?? "";
  const words = WORDS[code];
  return words === undefined ? `PostgreSQL error ${code}` : `${words} (PostgreSQL error ${code})`;
}

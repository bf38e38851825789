/**
 * Conditions that may fail for a row: with anything in them but comparisons, AND, OR and NOT. PostgreSQL checks a row's conditions in an
 * order of its own, and may meet `100 / amount > 5` before it knows that the row is another owner's, who then keeps this one from being
 * read. What is selected from is therefore fenced off, where a condition over it may fail. The others are not: an index over just the
 * rows of a condition serves only without a fence.
 */
import type { MeasurePlan } from "./plan.ts";

const LITERAL = /E?'(?:[^'\\]|''|\\.)*'|\((-?\d+(?:\.\d+)?)\)/g;
const COLUMN = /\br\.(?:"(?:[^"]|"")*"|[a-z_][a-z0-9_]*)/g;
const HARMLESS =
  /\b(?:and|or|not|in|is|null|true|false|unknown|between|symmetric|distinct|from|case|when|then|else|end)\b|[\s(),=<>]|!=|\d+/gi;

/** Whether PostgreSQL may fail at one row for these: what is not known to be harmless may. */
export function mayFail(measures: readonly Pick<MeasurePlan, "where">[]): boolean {
  return measures.some(
    ({ where = "" }) => where.replaceAll(LITERAL, "").replaceAll(COLUMN, "").replaceAll(HARMLESS, "") !== "",
  );
}

/** A select in parentheses, of which no row is looked at outside before it is selected. */
export function fenced(select: string, measures: readonly Pick<MeasurePlan, "where">[]): string {
  return mayFail(measures) ? `(${select}\n  offset 0)` : `(${select})`;
}

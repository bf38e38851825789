import type { CapturedColumn } from "../plan/watched-table.ts";
import { insteadOfText } from "./stable-text.ts";

/** A column as the database has it; for a domain, what is beneath it. */
export interface DatabaseColumn {
  readonly name: string;
  readonly type: string;
  /** The type without its modifiers. */
  readonly base: string;
  /** Of a numeric with a scale. */
  readonly scale: number | null;
  /** Already of the captured type. */
  readonly same: boolean | null;
  /** Widened to the captured type by an implicit cast. */
  readonly implicit: boolean | null;
  readonly virtual: boolean;
  /** What is in it, or it itself, whose text depends on the session; see stable-text.ts. */
  readonly unstable: string | null;
}

const FLOATS = ["real", "double precision"];

/**
 * Why a column can't be captured as the configuration wants it; undefined when it can. The trigger casts every value that the
 * application writes, so a cast that can fail, or that depends on the writer's time zone or formats, is refused. `scale`: of a summed column.
 */
export function columnProblem(
  table: string,
  column: DatabaseColumn,
  wanted: CapturedColumn,
  scale: number | undefined,
): string | undefined {
  const what = `${table}, column ${column.name}`;
  if (column.virtual) return `${what}, is generated when it is read, and triggers do not see it: make it STORED.`;
  if (FLOATS.includes(column.base) && (scale !== undefined || wanted.type === "numeric")) {
    return `${what}, is ${column.type}: sums of floating-point numbers are never exact, make it numeric(p, s).`;
  }
  if (scale !== undefined && column.scale !== null && column.scale > scale) {
    return `${what}, has ${column.scale} decimal places, the configuration's sum keeps ${scale}: declare it there as it is.`;
  }
  if (wanted.type === "text" && column.unstable !== null) {
    return `${what}, is ${column.type}, the configuration reads it as text, and the text of ${column.unstable} depends on the session's settings: ${insteadOfText(column.base)}.`;
  }
  if (!isSafe(column, wanted.type)) {
    return `${what}, is ${column.type}, the configuration reads it as ${wanted.type}: declare it there as it is.`;
  }
  return undefined;
}

function isSafe(column: DatabaseColumn, type: string): boolean {
  if (column.same || type === "text") return true;
  // Implicit, but it takes the time zone of the session that writes.
  if (["timestamptz", "timestamp with time zone"].includes(type)) return false;
  return column.implicit === true || (column.base === "json" && type === "jsonb");
}

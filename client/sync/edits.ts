/** Operations from what a user does to the rows on screen, and from what is to be as it was before. */
import type { RowData } from "../../protocol/json.ts";
import type { Item } from "../channels/row-set.ts";
import type { Operation } from "./operation.ts";

/** Which row. */
export type At = Pick<Operation, "topic" | "rows" | "key">;

/** The row as it is on screen; undefined: it is not there. */
export type RowAt = (at: At) => RowData | undefined;

/** What each register holds, by its name: fields of a row. */
export type Registers = Readonly<Record<string, readonly string[]>>;

/** None where the register holds that already. */
export function setting(rowAt: RowAt, at: At, register: string, value: RowData): readonly Operation[] {
  const row = rowAt(at);
  const base = row && fieldsOf(row, Object.keys(value));
  return isSame(base, value) ? [] : [{ ...at, op: "set", register, base, value }];
}

/** What undoes them, the last first, as far as nobody else has changed the same since: their work stays. */
export function inverse(operations: readonly Operation[], rowAt: RowAt): readonly Operation[] {
  return operations.toReversed().flatMap((operation): readonly Operation[] => {
    const { topic, rows, key, op, base, value = {} } = operation;
    const at = { topic, rows, key };
    const row = rowAt(at);
    if (op === "delete") return row ? [] : [{ ...at, op: "insert", value }];
    if (!row) return [];
    if (op === "insert") return [{ ...at, op: "delete", value: row }];
    return base && isSame(fieldsOf(row, Object.keys(value)), value) ? [{ ...operation, base: value, value: base }] : [];
  });
}

/** What makes these rows as they were saved; rows that have come since stay, those that have gone come back only where that is wanted. */
export function restoring(
  rowAt: RowAt,
  of: Pick<At, "topic" | "rows">,
  saved: readonly Item<RowData>[],
  registers: Registers,
  bringsBack: boolean | undefined,
): readonly Operation[] {
  return saved.flatMap(({ key, row }): readonly Operation[] => {
    const at = { ...of, key };
    if (!rowAt(at)) return bringsBack ? [{ ...at, op: "insert", value: row }] : [];
    return Object.entries(registers).flatMap(([register, fields]) =>
      setting(rowAt, at, register, fieldsOf(row, fields)),
    );
  });
}

function fieldsOf(row: RowData, fields: readonly string[]): RowData {
  return Object.fromEntries(fields.map((field) => [field, row[field] ?? null]));
}

/** Of JSON whose fields are in the same order. */
export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

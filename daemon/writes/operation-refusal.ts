/** What is wrong with an operation, whatever is in the database: seen before anything is asked of it. */
import type { Operation, SettledOutcome } from "../../protocol/operation.ts";
import type { RowData } from "../../protocol/json.ts";
import type { ChannelPlan } from "../plan/channel-plan.ts";
import type { SingleForm, WritesPlan, WrittenField, WrittenForm } from "../plan/writes-plan.ts";

/** What may be written of the set that the operation is about; undefined where its channel has none of the name, or nobody writes it. */
export function writesOf(plan: ChannelPlan, { rows }: Operation): WritesPlan | undefined {
  return plan.sets.find(({ name }) => name === rows)?.writes;
}

/** Undefined: the database may be asked. */
export function refusalOf(writes: WritesPlan, operation: Operation): SettledOutcome | undefined {
  if (!isStorable(operation)) return invalid("PostgreSQL holds neither NUL characters nor halves of surrogate pairs");
  if (operation.op === "delete") return writes.isDeletable ? undefined : invalid("rows of this set are not deleted");
  return operation.op === "insert" ? insertRefusal(writes, operation) : setRefusal(writes, operation);
}

function insertRefusal(
  { insert }: WritesPlan,
  { value }: Extract<Operation, { op: "insert" }>,
): SettledOutcome | undefined {
  if (insert === undefined) return invalid("rows of this set are not inserted");
  const { fields } = insert;
  const unknown = Object.keys(value).find((name) => fields.every((field) => field.name !== name));
  if (unknown !== undefined) return invalid(`value: an insert does not take ${unknown}`);
  return wrongValue(
    fields.filter(({ name }) => Object.hasOwn(value, name)),
    value,
  );
}

function setRefusal(
  { registers }: WritesPlan,
  operation: Extract<Operation, { op: "set" }>,
): SettledOutcome | undefined {
  const register = registers.find(({ name }) => name === operation.register);
  if (register === undefined) return invalid(`this set has no register ${operation.register}`);
  const { fields, isChecked } = register;
  if (isChecked && operation.base === undefined) return invalid("base: say what the register held, it is checked");
  const names = fields.map(({ name }) => name);
  for (const part of ["base", "value"] as const) {
    const given = operation[part];
    if (given !== undefined && !hasExactly(given, names))
      return invalid(`${part} must have exactly ${names.join(", ")}`);
  }
  return wrongValue(fields, operation.value);
}

function invalid(reason: string): SettledOutcome {
  return { outcome: "invalid", reason };
}

function hasExactly(given: RowData, names: readonly string[]): boolean {
  return Object.keys(given).length === names.length && names.every((name) => Object.hasOwn(given, name));
}

function wrongValue(fields: readonly WrittenField[], value: RowData): SettledOutcome | undefined {
  const wrong = fields.find(({ name, form }) => !isOfForm(value[name], form));
  return wrong && invalid(`value: ${wrong.name} must be ${TOLD[toldForm(wrong.form)]}, or null`);
}

const TOLD = { text: "a text", number: "a number", boolean: "true or false", list: "a list of such values" } as const;

function toldForm(form: WrittenForm): keyof typeof TOLD {
  return typeof form === "string" && form !== "json" ? form : "list";
}

function isOfForm(value: unknown, form: WrittenForm): boolean {
  if (form === "json") return value !== undefined;
  if (typeof form === "string") return isSingle(value, form);
  return value === null || (Array.isArray(value) && value.every((item) => isSingle(item, form.items)));
}

function isSingle(value: unknown, form: SingleForm): boolean {
  return value === null || typeof value === (form === "text" ? "string" : form);
}

/** Whether every text in it, names included, is one that PostgreSQL takes. */
function isStorable(value: unknown): boolean {
  if (typeof value === "string") return !/[\0\p{Surrogate}]/u.test(value);
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([name, item]) => isStorable(name) && isStorable(item));
}

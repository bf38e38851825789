/** What a fake daemon makes of operations: as the database does where nothing but its configuration speaks against them. */
import type { RowData } from "../protocol/json.ts";
import type { Operation, Outcome, SettledOutcome } from "../protocol/operation.ts";
import type { SyncRequest } from "../protocol/up/operate.ts";
import type { SetWrites } from "./controls.ts";

/** What became of an operation: for good, or not written down. */
export type Verdict = SettledOutcome | Extract<Outcome, { outcome: "retry" | "id_reused" | "gap" | "pruned" }>;

interface Client {
  readonly subject: string;
  /** By number, from 1. */
  readonly done: { readonly text: string; readonly outcome: SettledOutcome }[];
}

/** What is known of operations that were done. */
export class FakeLedger {
  readonly #clients = new Map<string, Client>();

  /** @param run does those that are new, in order */
  operate(
    { client: name, operations }: SyncRequest,
    subject: string,
    run: (operations: readonly Operation[]) => readonly Verdict[],
  ): readonly Verdict[] {
    const client = this.#clients.get(name) ?? { subject, done: [] };
    const { done } = client;
    const first = operations[0]?.seq ?? 1;
    if (client.subject !== subject) return operations.map(() => ({ outcome: "id_reused" }));
    if (done.length === 0 && first > 1) return operations.map(() => ({ outcome: "pruned" }));
    if (first > done.length + 1) return operations.map(() => ({ outcome: "gap", expected: done.length + 1 }));
    this.#clients.set(name, client);
    const repeated = operations.filter(({ seq }) => seq <= done.length);
    const known = repeated.map((operation): Verdict => {
      const before = done[operation.seq - 1];
      return before?.text === JSON.stringify(operation) ? before.outcome : { outcome: "id_reused" };
    });
    const fresh = operations.slice(repeated.length);
    const verdicts = run(fresh);
    for (const [at, outcome] of verdicts.entries()) {
      if (!isSettled(outcome)) break;
      done.push({ text: JSON.stringify(fresh[at]), outcome });
    }
    return [...known, ...verdicts];
  }

  /** As a database that was restored from a backup. */
  forget(): void {
    this.#clients.clear();
  }
}

export function isSettled(verdict: Verdict): verdict is SettledOutcome {
  return !/^(retry|id_reused|gap|pruned)$/.test(verdict.outcome);
}

/** What an operation on a row comes to, and the row afterwards; `row` left out: it is as before, null: it is there no more. */
export function judge(
  operation: Operation,
  before: RowData | undefined,
  writes: SetWrites | undefined,
): { readonly outcome: SettledOutcome; readonly row?: RowData | null } {
  const invalid = (reason: string) => ({ outcome: { outcome: "invalid", reason } }) as const;
  if (!writes) return { outcome: { outcome: "forbidden" } };
  if (operation.op === "insert") {
    if (!writes.insert) return invalid("no insert is declared");
    return before ? invalid("a row has this key") : { outcome: { outcome: "applied" }, row: operation.value };
  }
  if (operation.op === "delete" && !writes.delete) return invalid("no delete is declared");
  if (!before) return { outcome: { outcome: "gone" } };
  if (operation.op === "delete") return { outcome: { outcome: "applied" }, row: null };
  const register = writes.registers?.[operation.register];
  const fields = register?.fields.toSorted() ?? [];
  const { base, value } = operation;
  if (!register || !isSame(Object.keys(value).toSorted(), fields)) return invalid("no such register");
  if (register.isChecked && !base) return invalid("a checked register needs its base");
  const current = Object.fromEntries(Object.keys(value).map((field) => [field, before[field] ?? null]));
  const isSeen = isSame(sorted(base ?? {}), sorted(current));
  if (isSame(sorted(current), sorted(value))) return { outcome: { outcome: "applied" } };
  if (register.isChecked && !isSeen) return { outcome: { outcome: "conflict", current } };
  return {
    outcome: { outcome: "applied", ...(!isSeen && { overwrote: current }) },
    row: { ...before, ...value },
  };
}

function sorted(data: RowData): unknown {
  return Object.entries(data).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

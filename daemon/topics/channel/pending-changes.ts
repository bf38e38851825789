import type { RowChange } from "./held-rows.ts";

/** What changed in a channel from one frame to the next: of each row only what became of it in the end, in the order of the last change. */
export class PendingChanges {
  readonly #changes = new Map<string, readonly [set: string, change: RowChange]>();

  get size(): number {
    return this.#changes.size;
  }

  add(set: string, change: RowChange): void {
    const [what, key] = change;
    const id = JSON.stringify([set, key]);
    const before = this.#changes.get(id)?.[1][0];
    this.#changes.delete(id);
    if (before === "inserted" && what === "deleted") return;
    this.#changes.set(id, [set, merged(before, change)]);
  }

  all(): (readonly [string, ...RowChange])[] {
    return [...this.#changes.values()].map(([set, change]) => [set, ...change] as const);
  }
}

function merged(before: RowChange[0] | undefined, change: RowChange): RowChange {
  if (change[0] === "deleted") return change;
  const [, ...item] = change;
  if (before === "inserted") return ["inserted", ...item];
  return before === "deleted" ? ["updated", ...item] : change;
}

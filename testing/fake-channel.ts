import type { NackCode } from "../protocol/codes.ts";
import type { DownFrame } from "../protocol/down.ts";
import type { RowData } from "../protocol/json.ts";
import type { Operation } from "../protocol/operation.ts";
import type { Said, SetWrites, SomePerson } from "./controls.ts";
import { copyOf, FakeTopic, type Request } from "./fake-topic.ts";
import { isSettled, judge, type Verdict } from "./fake-writes.ts";

type Item = [key: string, position: string, row: RowData];
/** What became of a row. */
export type Change =
  | [set: string, what: "inserted" | "updated", key: string, position: string, row: RowData]
  | [set: string, what: "deleted", key: string];

interface FakeRows {
  /** By their keys, in order of their positions. */
  readonly rows: Map<string, readonly [position: string, row: RowData]>;
  /** Who comes is shown those from here on; null: all. */
  readonly from: string | null;
}

/** One channel as a fake daemon has it: rows in the order in which they came, who is there, and why nobody may see them. Makes frames; sends nothing. */
export class FakeChannel extends FakeTopic {
  readonly #sets = new Map<string, FakeRows>();
  readonly said: Said[] = [];
  readonly writes = new Map<string, SetWrites>();
  readonly operations: Operation[] = [];
  answerBy: (operation: Operation) => Verdict | undefined = () => undefined;
  #presence: DownFrame | undefined;
  #typing: DownFrame | undefined;
  #version = 1;
  #rowsSoFar = 0;
  #refusal: NackCode | undefined;

  override get refusal(): NackCode | undefined {
    return this.#refusal;
  }

  override snapshot(epoch: string, answer: { readonly id?: string; readonly recovered?: boolean } = {}): DownFrame {
    const sets = Object.fromEntries(
      [...this.#sets].map(([name, { rows, from }]) => [
        name,
        { items: itemsOf(rows).filter(([, position]) => position >= (from ?? "")), from },
      ]),
    );
    return { type: "rows", ...this.header(), ...answer, epoch, version: this.#version, asOf: this.instant(), sets };
  }

  setRows(epoch: string, name: string, given: readonly { key: string; row: object }[], newest: number): DownFrame {
    const rows: FakeRows["rows"] = new Map();
    for (const { key, row } of given) {
      if (rows.has(key)) throw new Error(`two rows of ${name} have the key ${key}`);
      rows.set(key, [this.#nextPosition(), copyOf(row) as RowData]);
    }
    const oldest = rows.size > newest ? itemsOf(rows).at(-newest) : undefined;
    this.#sets.set(name, { rows, from: oldest?.[1] ?? null });
    this.#version += 1;
    return this.snapshot(epoch);
  }

  insertRow(epoch: string, name: string, key: string, row: object): DownFrame {
    return this.changed(epoch, [this.#insert(name, key, row)]);
  }

  updateRow(epoch: string, name: string, key: string, row: object): DownFrame {
    return this.changed(epoch, [this.#update(name, key, row)]);
  }

  deleteRow(epoch: string, name: string, key: string): DownFrame {
    return this.changed(epoch, [this.#delete(name, key)]);
  }

  /** Does it, or not; adds what becomes of rows. */
  operate(operation: Operation, changes: Change[]): Verdict {
    const { rows, key } = operation;
    this.operations.push(operation);
    const told = this.answerBy(operation);
    if (told && (!isSettled(told) || told.outcome !== "applied")) return told;
    const { outcome, row } = judge(operation, this.#sets.get(rows)?.rows.get(key)?.[1], this.writes.get(rows));
    if (row === null) changes.push(this.#delete(rows, key));
    else if (row) changes.push(operation.op === "insert" ? this.#insert(rows, key, row) : this.#update(rows, key, row));
    return told ?? outcome;
  }

  /** Keeps the rows as they are; gives what brings them back. */
  keep(): () => void {
    const kept = [...this.#sets].map(([name, set]) => [name, { ...set, rows: new Map(set.rows) }] as const);
    return () => {
      this.#sets.clear();
      for (const [name, set] of kept) this.#sets.set(name, set);
    };
  }

  #insert(name: string, key: string, row: object): Change {
    const set = this.#sets.get(name) ?? { rows: new Map(), from: null };
    if (set.rows.has(key)) throw new Error(`a row of ${name} has the key ${key} already: update it`);
    this.#sets.set(name, set);
    const position = this.#nextPosition();
    const data = copyOf(row) as RowData;
    set.rows.set(key, [position, data]);
    return [name, "inserted", key, position, data];
  }

  #update(name: string, key: string, row: object): Change {
    const [rows, [position]] = this.#row(name, key);
    const data = copyOf(row) as RowData;
    rows.set(key, [position, data]);
    return [name, "updated", key, position, data];
  }

  #delete(name: string, key: string): Change {
    const [rows] = this.#row(name, key);
    rows.delete(key);
    return [name, "deleted", key];
  }

  override page(epoch: string, { id, rows: name, before, limit }: Request<"history">): DownFrame | undefined {
    const rows = this.#sets.get(name)?.rows;
    if (!rows) return undefined;
    const older = itemsOf(rows).filter(([, position]) => position < before);
    const items = older.slice(-limit);
    const from = items.length === older.length ? null : (items[0]?.[1] ?? null);
    return { type: "history", ...this.header(), id, epoch, version: this.#version, rows: name, items, from };
  }

  setPresence(users: readonly SomePerson[] | undefined, count = users?.length ?? 0, isPartial = false): DownFrame {
    const told = users?.map(({ user, state, isAway }): [string, { state?: unknown; away?: true }] => [
      user,
      { ...(state !== undefined && { state }), ...(isAway && { away: true }) },
    ]);
    const frame = { type: "presence", ...this.header(), count } as const;
    this.#presence = { ...frame, ...(told && { users: told }), ...(isPartial && { partial: true }) };
    return this.#presence;
  }

  setTyping(users: readonly string[]): DownFrame {
    this.#typing = { type: "typing", ...this.header(), users: [...users] };
    return this.#typing;
  }

  override get sideFrames(): readonly DownFrame[] {
    return [this.#presence, this.#typing].filter((frame) => frame !== undefined);
  }

  override take(request: Request<"present" | "typing">): NackCode | undefined {
    if ((request.type === "present" ? this.#presence : this.#typing) === undefined) return "no_presence";
    if (request.type === "typing") this.said.push({ isTyping: request.on });
    else {
      const { state, away: isAway } = request;
      if (state !== undefined) this.said.push({ state, ...(isAway !== undefined && { isAway }) });
      else if (isAway !== undefined) this.said.push({ isAway });
    }
    return undefined;
  }

  close(reason: "removed" | "deleted" | "too_large"): DownFrame {
    this.#refusal = reason === "too_large" ? reason : "forbidden";
    return { type: "topic_closed", ...this.header(), reason };
  }

  open(): DownFrame {
    this.#refusal = undefined;
    return { type: "topic_available", ...this.header() };
  }

  /** The version moves where rows have changed. */
  changed(epoch: string, changes: Change[]): Extract<DownFrame, { type: "rows_changed" }> {
    const previous = this.#version;
    if (changes.length > 0) this.#version += 1;
    const at = { epoch, version: this.#version, previous, asOf: this.instant() };
    return { type: "rows_changed", ...this.header(), ...at, changes };
  }

  #row(name: string, key: string): readonly [FakeRows["rows"], readonly [position: string, row: RowData]] {
    const rows = this.#sets.get(name)?.rows;
    const row = rows?.get(key);
    if (!rows || !row) throw new Error(`no row of ${name} has the key ${key}: insert it`);
    return [rows, row];
  }

  /** Positions compare as texts. */
  #nextPosition(): string {
    return String((this.#rowsSoFar += 1)).padStart(9, "0");
  }
}

function itemsOf(rows: FakeRows["rows"]): Item[] {
  return [...rows].map(([key, [position, row]]) => [key, position, row]);
}

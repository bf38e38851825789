/**
 * One owner's metrics document, and the changes in it since it was last sent. A patch costs by the changed leaves and keys: they
 * are compared with the values sent, never documents with documents.
 *
 * Every parent and group object always exists; only leaves come and go. All objects have a null prototype, so that any key,
 * `__proto__` too, is an ordinary one.
 */
import { unreachable } from "../config/unreachable.ts";
import { dayText } from "./civil-date.ts";
import { decimalText, growth, percentage } from "./format.ts";
import { entryOf, formulaText } from "./formula.ts";
import type { Key } from "./keyed-sums.ts";
import type { Changes, OwnerState } from "./owner-state.ts";
import { periodText } from "./period.ts";
import type { PlanIndex } from "./plan-index.ts";
import { SmallMap } from "./small-map.ts";
import { comesBefore, type Entry, firstOf } from "./top.ts";
import type { Accumulator, Leaf, LeafValue } from "../plan/plan.ts";
import type { JsonObject, JsonValue } from "../../protocol/json.ts";

type Scalar = string | number | boolean;
type Entries = SmallMap<Key, Scalar>;
type Group = Extract<LeafValue, { kind: "group" }>;

/** A group's keys in a document. With 100,000 it has 10 MB, for each reader that does not take it, and none that does can use it. */
export const MOST_GROUP_KEYS = 10_000;

export interface Overfull {
  readonly path: readonly string[];
  readonly keys: number;
}

export class Document {
  readonly #index: PlanIndex;
  readonly #state: OwnerState;
  readonly #currency: string | undefined;
  /** By leaf: its value, or its entries once they were written. */
  readonly #sent: (Scalar | Entries | undefined)[];

  constructor(index: PlanIndex, state: OwnerState, currency: string | undefined) {
    this.#index = index;
    this.#state = state;
    this.#currency = currency;
    this.#sent = index.plan.leaves.map(() => undefined);
  }

  /** The first group that has more keys than a document may hold; undefined where none has. */
  get overfull(): Overfull | undefined {
    for (const { path, counts } of this.#index.groups) {
      const keys = this.#state.keysAbove(counts);
      if (keys > MOST_GROUP_KEYS) return { path, keys };
    }
    return undefined;
  }

  /** The whole document; later patches are against it. Call it first, once. */
  whole(): JsonObject {
    const { leaves } = this.#index.plan;
    const keys = new Map(
      this.#index.showsKeys.flatMap((shows, at) => (shows ? [[at, new Set(this.#state.keys(at))] as const] : [])),
    );
    this.#state.takeChanges();
    const document = emptyObject();
    for (const { path } of leaves) objectAt(document, path.slice(0, -1));
    this.#write(document, { leaves: new Set(leaves.keys()), keys });
    for (const { path, value } of leaves) if (value.kind === "group") objectAt(document, path);
    return document;
  }

  /** What {@link whole} and the patches since then came to: what subscribers show, whatever the numbers are by now. */
  sent(): JsonObject {
    const document = emptyObject();
    for (const [at, { path, value }] of this.#index.plan.leaves.entries()) {
      objectAt(document, value.kind === "group" ? path : path.slice(0, -1));
      const sent = this.#sent[at];
      if (value.kind !== "group") {
        if (sent !== undefined && !(sent instanceof SmallMap)) put(document, path, sent);
        continue;
      }
      const accumulator = this.#index.plan.accumulators[value.accumulator];
      for (const [key, entry] of sent instanceof SmallMap ? sent.entries() : [])
        put(document, [...path, keyText(accumulator, key)], entry);
    }
    return document;
  }

  /** RFC 7396 merge patch from the values last sent; undefined if none differs. */
  patch(): JsonObject | undefined {
    const changes = this.#state.takeChanges();
    if (changes.leaves.size === 0) return undefined;
    const patch = emptyObject();
    return this.#write(patch, changes) ? patch : undefined;
  }

  #write(into: JsonObject, changes: Changes): boolean {
    let wrote = false;
    for (const at of changes.leaves) {
      const leaf = this.#index.plan.leaves[at];
      if (leaf === undefined) continue;
      if (leaf.value.kind === "group") wrote = this.#writeGroup(into, at, leaf, leaf.value, changes) || wrote;
      else {
        const [before, now] = [this.#sent[at], this.#scalar(leaf.value)];
        if (now === before) continue;
        this.#sent[at] = now;
        put(into, leaf.path, now ?? null);
        wrote = true;
      }
    }
    return wrote;
  }

  #writeGroup(into: JsonObject, at: number, leaf: Leaf, group: Group, changes: Changes): boolean {
    const accumulator = this.#index.plan.accumulators[group.accumulator];
    const known = this.#sent[at];
    const sent: Entries = known instanceof SmallMap ? known : new SmallMap();
    this.#sent[at] = sent;
    const keys = new Set(changes.keys.get(group.counts));
    for (const key of changes.keys.get(group.accumulator) ?? []) keys.add(key);
    const first = group.most === undefined ? undefined : this.#first(group, group.most, sent, keys);
    if (first !== undefined) for (const key of [...sent.keys(), ...first]) keys.add(key);
    let wrote = false;
    for (const key of keys) {
      const [before, now] = [sent.get(key), first?.has(key) === false ? undefined : this.#entry(group, key)];
      if (now === before) continue;
      if (now === undefined) sent.delete(key);
      else sent.set(key, now);
      put(into, [...leaf.path, keyText(accumulator, key)], now ?? null);
      wrote = true;
    }
    return wrote;
  }

  /** The keys that are shown of a group of which only the first are. Most changes are below those sent, and cost no look at the others. */
  #first(group: Group, most: number, sent: Entries, changed: ReadonlySet<Key>): ReadonlySet<Key> {
    const accumulator = this.#index.plan.accumulators[group.accumulator];
    const entry = (of: Key): Entry & { readonly of: Key } => ({
      of,
      key: keyText(accumulator, of),
      sum: this.#state.sum(group.accumulator, of),
      count: this.#state.sum(group.counts, of),
    });
    const shown = sent.size === most ? firstOf([...sent.keys()].map(entry), most, group) : [];
    const last = shown.at(-1);
    const isBelow = (key: Key): boolean => {
      const changedEntry = entry(key);
      return (
        sent.get(key) === undefined &&
        (changedEntry.count <= 0n || (last !== undefined && comesBefore(last, changedEntry, group)))
      );
    };
    if ([...changed].every(isBelow)) return new Set(sent.keys());
    const present = [...this.#state.keys(group.counts)].map(entry).filter(({ count }) => count > 0n);
    return new Set(firstOf(present, most, group).map(({ of }) => of));
  }

  #entry(group: Group, key: Key): Scalar | undefined {
    if (group.form !== undefined) return this.#state.shown(group.accumulator, key) ?? undefined;
    const count = this.#state.sum(group.counts, key);
    return count > 0n ? entryOf(group, this.#state.sum(group.accumulator, key), count) : undefined;
  }

  #scalar(value: Exclude<LeafValue, Group>): Scalar | undefined {
    const state = this.#state;
    switch (value.kind) {
      case "currency":
        return this.#currency;
      case "count":
        return Number(state.quantity(value.quantity));
      case "sum":
        return decimalText(state.sum(value.accumulator), value.scale);
      case "formula":
        return formulaText(value.formula, value.scale, (term) => state.term(term));
      case "extreme":
        return state.shown(value.accumulator) ?? undefined;
      case "growth":
        return growth(state.quantity(value.current), state.quantity(value.previous));
      case "percentage":
        return percentage(state.quantity(value.part), state.quantity(value.whole));
      case "earliest": {
        const day = state.earliest(value.accumulator);
        return day === undefined ? undefined : dayText(day);
      }
      default:
        return unreachable(value);
    }
  }
}

function keyText(accumulator: Accumulator | undefined, key: Key): string {
  if (typeof key === "string" || accumulator?.keyedBy === "key") return String(key);
  return periodText(key, accumulator?.window?.unit ?? "day");
}

function put(root: JsonObject, path: readonly string[], value: JsonValue): void {
  const last = path.at(-1);
  if (last !== undefined) objectAt(root, path.slice(0, -1))[last] = value;
}

function objectAt(root: JsonObject, path: readonly string[]): JsonObject {
  let object = root;
  for (const name of path) {
    const below = object[name];
    if (typeof below === "object" && below !== null) object = below;
    else object = object[name] = emptyObject();
  }
  return object;
}

function emptyObject(): JsonObject {
  return Object.create(null) as JsonObject;
}

"use client";
/**
 * `@deltad/client/react/metric`: one value of an owner's numbers. The component renders when that value changes and when its state does,
 * whatever else happens to the owner.
 */
import { useRef, useSyncExternalStore } from "react";
import type { AnyStreamTypes, Cause, Owner, StreamTypes, View } from "../client/client.ts";
import { errorOf } from "./own-client.ts";
import { statusOf } from "./status.ts";
import { NOTHING, type OwnerId, subscribeToNothing, suspendUntilShown, useFollowed } from "./use-owner.ts";

/**
 * A value, or why there is none; `value` is there where `status` says so. `loading`: nothing is known yet. `ready`: it is right. `stale`: it is
 * not vouched for. `empty`: the owner has no row. `error`: the connection has stopped, or is lost before there was anything.
 */
export type MetricState<Value> =
  | { readonly status: "loading" }
  | { readonly status: "empty" }
  | { readonly status: "ready" | "stale"; readonly value: Value }
  /** `last` is what there was before it stopped, if anything. */
  | { readonly status: "error"; readonly error: Cause; readonly last: Value | undefined };

const LOADING = { status: "loading" } as const;
const EMPTY = { status: "empty" } as const;
const loading = (): MetricState<never> => LOADING;

/**
 * What the selector takes of an owner's numbers: a leaf, a group, or an object or array that it makes of some, which is compared by what is in it. The
 * owner is its id, below a provider; elsewhere `client.owner(id)`, or the `owner` that `useRealtimeStats` returns. `"skip"` and undefined:
 * none yet.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- whose metrics they are can only be said
export function useMetric<S extends StreamTypes = AnyStreamTypes, Value = unknown>(
  owner: Owner<S> | OwnerId,
  selector: (metrics: S["metrics"]) => Value,
): MetricState<Value> {
  const from = useFollowed<S>(owner);
  const shown = useRef<MetricState<Value>>(LOADING);
  // oxlint-disable-next-line react/refs -- of equal values any will do, so that a rendering that is thrown away does no harm
  const select = selecting(from, selector, shown);
  return useSyncExternalStore<MetricState<Value>>(from?.subscribe ?? subscribeToNothing, select, loading);
}

/** Looks once at each view, and gives what is `shown` where that is the same. */
function selecting<S extends StreamTypes, Value>(
  from: Owner<S> | undefined,
  selector: (metrics: S["metrics"]) => Value,
  shown: { current: MetricState<Value> },
): () => MetricState<Value> {
  let seen: View<S["metrics"]> | undefined;
  let state: MetricState<Value> = LOADING;
  return () => {
    const view = from?.getSnapshot() ?? NOTHING;
    if (view === seen) return state;
    seen = view;
    const now = stateOf(view, selector);
    if (!isSame(shown.current, now)) shown.current = now;
    state = shown.current;
    return state;
  };
}

/** As {@link useMetric}, but suspends instead of `loading`; before there was anything, it throws what stopped the connection. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- whose metrics they are can only be said
export function useSuspenseMetric<S extends StreamTypes = AnyStreamTypes, Value = unknown>(
  owner: Owner<S> | string | number,
  selector: (metrics: S["metrics"]) => Value,
): Exclude<MetricState<Value>, { readonly status: "loading" }> {
  const state = useMetric<S, Value>(owner, selector);
  const from = useFollowed<S>(owner);
  if (from) suspendUntilShown(from);
  return state.status === "loading" ? EMPTY : state;
}

function stateOf<Metrics, Value>(
  { connection, metrics, asOf }: View<Metrics>,
  selector: (metrics: Metrics) => Value,
): MetricState<Value> {
  const status = statusOf(connection, asOf !== undefined);
  const error = errorOf(connection);
  const value = metrics === undefined ? undefined : { value: selector(metrics) };
  if (status === "error" && error) return { status, error, last: value?.value };
  if (asOf === undefined) return LOADING;
  return value ? { status: status === "ready" ? status : "stale", ...value } : EMPTY;
}

/** Whether both hold the same, as deep as they are objects and arrays. */
function isSame(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (!isRecord(left) || !isRecord(right) || Array.isArray(left) !== Array.isArray(right)) return false;
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && isSame(left[name], right[name]))
  );
}

/** Of others, such as a Date, nobody can say what is in them. */
function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" &&
    value !== null &&
    (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype)
  );
}

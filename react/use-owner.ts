"use client";
/**
 * Hooks below a {@link RealtimeProvider}: the connection, an owner's numbers, or nothing while its id is not there yet.
 */
import { useSyncExternalStore } from "react";
import type {
  AnyStreamTypes,
  Cause,
  Client,
  Connection,
  ConnectionState,
  Owner,
  StreamTypes,
  View,
} from "../client/client.ts";
import { INITIAL_CONNECTION } from "../client/connection-machine.ts";
import { errorOf } from "./own-client.ts";
import { required, useClient, useProvidedClient } from "./provider.ts";
import { type Status, statusOf } from "./status.ts";

/** An owner's id; `"skip"` and undefined while it is not there yet: nothing is asked for. */
export type OwnerId = string | number | undefined;

export function isThere(ownerId: OwnerId): ownerId is string | number {
  return ownerId !== undefined && ownerId !== "skip";
}

/** What {@link useOwner} returns. */
export interface OwnerView<S extends StreamTypes> {
  /** Undefined while there is no id. */
  readonly owner: Owner<S> | undefined;
  readonly status: Status;
  /** Undefined until there are numbers, and while the owner has no row. Kept while disconnected. */
  readonly metrics: S["metrics"] | undefined;
  /** The instant that the metrics hold for, ISO with microseconds. */
  readonly asOf: string | undefined;
  readonly connection: Connection;
  /** Why there is no connection; undefined while there is one, or none is wanted. */
  readonly error: Cause | undefined;
}

export const NOTHING: View<never> = { connection: { state: "idle" }, metrics: undefined, asOf: undefined };
const stateOfNothing = (): ConnectionState => INITIAL_CONNECTION;
export const subscribeToNothing = (): (() => void) => () => undefined;
export const viewOfNothing = (): View<never> => NOTHING;

interface Observed<Shown> {
  readonly subscribe: (callback: () => unknown) => () => void;
  readonly getSnapshot: () => Shown;
}

/** What it shows, whenever that changes; `nothing` while it is not there, and on a server. */
export function useView<Shown>(of: Observed<Shown> | undefined, nothing: () => Shown): Shown {
  return useSyncExternalStore<Shown>(of?.subscribe ?? subscribeToNothing, of?.getSnapshot ?? nothing, nothing);
}

/** The owner itself, or the one of that id by the provider's client; undefined for `"skip"` and for none. */
export function useFollowed<S extends StreamTypes>(owner: Owner<S> | OwnerId): Owner<S> | undefined {
  const client = useProvidedClient<S>();
  if (typeof owner === "object") return owner;
  return isThere(owner) ? required(client).owner(owner) : undefined;
}

/** What {@link useConnection} returns. */
export interface ProvidedConnection {
  /** `open` once the daemon has welcomed it, whatever owners are followed on it. */
  readonly state: ConnectionState["state"];
  readonly connection: ConnectionState;
  /** Why there is no connection; undefined while there is one, or none is wanted. */
  readonly error: Cause | undefined;
  /** Connects, or tries again at once: what a reconnect button calls. */
  readonly connect: () => void;
  /** Ends the connection for all hooks below the provider. */
  readonly disconnect: () => void;
}

/** The provider's one connection, for what a page says once of all its owners. */
export function useConnection(): ProvidedConnection {
  const { connection: socket, connect, close }: Client = useClient();
  const connection = useView(socket, stateOfNothing);
  return { state: connection.state, connection, error: errorOf(connection), connect, disconnect: close };
}

/** An owner's numbers and how far they can be trusted. */
export function useOwner<S extends StreamTypes = AnyStreamTypes>(ownerId: OwnerId): OwnerView<S> {
  const owner = useFollowed<S>(ownerId);
  const view = useView(owner, viewOfNothing);
  return {
    owner,
    ...view,
    status: statusOf(view.connection, view.asOf !== undefined),
    error: errorOf(view.connection),
  };
}

/** Owners that a component waits for, each with the promise that it waits by. */
const waiting = new WeakMap<object, Promise<void>>();
/** How long a suspended owner is followed for a component that has yet to appear. */
const KEPT_MS = 5_000;

/**
 * As {@link useOwner}, but suspends until the first numbers are there, or the connection has stopped, which it throws for an error
 * boundary.
 */
export function useSuspenseOwner<S extends StreamTypes = AnyStreamTypes>(ownerId: string | number): OwnerView<S> {
  const view = useOwner<S>(ownerId);
  if (view.owner) suspendUntilShown(view.owner);
  return view;
}

/** Suspends until the owner's first numbers are there; throws an Error where the connection stops before. */
export function suspendUntilShown<S extends StreamTypes>(owner: Owner<S>): void {
  const { asOf, connection } = owner.getSnapshot();
  if (asOf !== undefined) return;
  if (connection.state === "closed") throw new Error(connection.cause.message, { cause: connection.cause });
  // oxlint-disable-next-line typescript/only-throw-error -- how React 18 is told to wait
  throw wait(owner as unknown as Owner<AnyStreamTypes>);
}

function wait(owner: Owner<AnyStreamTypes>): Promise<void> {
  const known = waiting.get(owner);
  if (known) return known;
  const made = new Promise<void>((resolve) => {
    const look = (): void => {
      const { asOf, connection } = owner.getSnapshot();
      if (asOf === undefined && connection.state !== "closed") return;
      waiting.delete(owner);
      setTimeout(undo, KEPT_MS);
      resolve();
    };
    const undo = owner.subscribe(look);
  });
  waiting.set(owner, made);
  return made;
}

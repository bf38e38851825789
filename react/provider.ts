"use client";
import { createContext, createElement, type ReactElement, type ReactNode, useContext, useEffect } from "react";
import type { Client, StreamTypes } from "../client/client.ts";

const ClientContext = createContext<Client | undefined>(undefined);

interface Props<S extends StreamTypes> {
  /** Made outside of components; it connects to nothing by itself. */
  readonly client: Client<S>;
  /** False: nothing connects until somebody calls `connect`. */
  readonly autoConnect?: boolean;
  readonly children?: ReactNode;
}

/** One socket for all hooks below it, whatever owners they show; open while the provider is there. */
export function RealtimeProvider<S extends StreamTypes>({
  client,
  autoConnect = true,
  children,
}: Props<S>): ReactElement {
  useEffect(() => {
    if (autoConnect) client.connect();
    return client.close;
  }, [client, autoConnect]);
  return createElement(ClientContext.Provider, { value: client as unknown as Client }, children);
}

/** The client of the provider around it, which is trusted to have those types. */
export function useProvidedClient<S extends StreamTypes>(): Client<S> | undefined {
  return useContext(ClientContext) as Client<S> | undefined;
}

/** The client of the provider around it. Throws an Error where there is none. */
export function useClient<S extends StreamTypes>(): Client<S> {
  return required(useProvidedClient<S>());
}

/** Throws an Error where there is no client, and so no provider. */
export function required<S extends StreamTypes>(client: Client<S> | undefined): Client<S> {
  if (!client) throw new Error("no RealtimeProvider");
  return client;
}

"use client";
import { useRealtimeStats } from "@deltad/client/react";
import type { Fetched } from "@deltad/client/fetch";

export interface Stream {
  readonly metrics: { readonly revenue: { readonly today: string } };
  readonly events: object;
}

/** Where the user's token comes from: a route of this application that knows who is signed in. */
async function getToken({ signal }: { readonly signal: AbortSignal }): Promise<string> {
  const response = await fetch("/api/live-token", { method: "POST", signal });
  if (!response.ok) throw new Error(`no token: ${response.status}`);
  return response.text();
}

export function Today({ initial }: { readonly initial: Fetched<Stream["metrics"]> }) {
  const { metrics, status } = useRealtimeStats<Stream>({
    ownerId: "1",
    url: process.env.NEXT_PUBLIC_DELTAD_URL ?? ".",
    getToken,
    initial,
  });
  return <p data-status={status}>Today: {metrics?.revenue.today}</p>;
}

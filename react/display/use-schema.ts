import { useEffect, useRef, useState } from "react";
import type { GetToken } from "../../client/client.ts";
import { type FetchOptions, fetchSchema } from "../../client/fetch-owner.ts";
import type { Schema } from "../../protocol/schema.ts";

interface Asking {
  readonly url: string;
  readonly getToken: GetToken;
  /** Given: nobody is asked. */
  readonly schema: Schema | undefined;
  /** False: nobody is asked yet. */
  readonly isWanted: boolean;
  readonly isConnected: boolean;
}

/** Of the two at most one: what is known, or why it is not. */
export interface Known {
  readonly schema?: Schema | undefined;
  readonly error?: Error | undefined;
}

/**
 * The configuration's schema; asked for at once, and again with each connection that comes back, since another daemon may have started, and with the
 * first where it could not be had before.
 */
export function useDaemonSchema({ url, getToken, schema, isWanted, isConnected }: Asking): Known {
  const [known, setKnown] = useState<Known>({});
  const newest = useRef(getToken);
  useEffect(() => {
    newest.current = getToken;
  });
  const connections = Math.max(1, useCountOf(isConnected));
  const isLate = isConnected && known.error !== undefined;
  const asks = isWanted && schema === undefined;
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the last two say when it is asked again
  useEffect(
    () => (asks ? ask({ url, getToken: (request) => newest.current(request) }, setKnown) : undefined),
    [url, asks, connections, isLate],
  );
  return schema ? { schema } : known;
}

/** Returns its own undo. */
function ask(
  daemon: Pick<FetchOptions, "url" | "getToken">,
  tell: (change: (before: Known) => Known) => void,
): () => void {
  const stop = new AbortController();
  fetchSchema({ ...daemon, signal: stop.signal }).then(
    (schema) => tell(() => ({ schema })),
    (error: Error) => {
      // What was known before is still drawn.
      if (!stop.signal.aborted) tell((before) => (before.schema ? before : { error }));
    },
  );
  return () => stop.abort();
}

/** How often it has become true. */
function useCountOf(isTrue: boolean): number {
  const [seen, setSeen] = useState({ isTrue: false, times: 0 });
  if (seen.isTrue !== isTrue) setSeen({ isTrue, times: seen.times + (isTrue ? 1 : 0) });
  return seen.times;
}

import type { ReactNode } from "react";
import type { Connection } from "../../client/client.ts";
import { explain } from "../../client/explain.ts";
import { Countdown } from "./countdown.tsx";
import { useShown } from "./shown.tsx";

interface Props {
  readonly connection: Connection;
  readonly asOf: string | undefined;
  readonly onReconnect: () => void;
}

/** The state in a word; while all is not well, why, since when, and what can be done. */
export function ConnectionBar({ connection, asOf, onReconnect }: Props): ReactNode {
  const { labels, format } = useShown();
  const { state } = connection;
  const canReconnect = state === "retrying" || state === "closed";
  return (
    <div className="deltad-connection" data-connection={state}>
      <strong className="deltad-state">{labels.connection[state]}</strong>
      {asOf !== undefined && (
        <time dateTime={asOf} suppressHydrationWarning>
          {labels.asOf(format.time(Date.parse(asOf)))}
        </time>
      )}
      <Trouble connection={connection} />
      {state === "retrying" && <Countdown until={connection.retryAt} write={labels.retryIn} />}
      {canReconnect && (
        <button type="button" onClick={onReconnect}>
          {labels.reconnect}
        </button>
      )}
    </div>
  );
}

function Trouble({ connection }: { readonly connection: Connection }): ReactNode {
  const { labels, format, language } = useShown();
  const { state } = connection;
  const since = "staleSince" in connection ? connection.staleSince : undefined;
  const why =
    state === "stale"
      ? connection.reason === "time_zone"
        ? labels.timeZone
        : labels.stale
      : state === "retrying" || state === "closed"
        ? explain(connection.cause, language)
        : undefined;
  if (why === undefined && since === undefined) return undefined;
  return (
    <p className="deltad-trouble">
      {why} {since !== undefined && labels.staleSince(format.dateAndTime(since))}
    </p>
  );
}

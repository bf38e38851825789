import { useEffect, useState } from "react";
import type { Connection } from "../../client/client.ts";
import { useLanguage } from "../language/language.tsx";
import { explain } from "../../client/explain.ts";

interface Props {
  readonly connection: Connection;
  readonly onReconnect: () => void;
  readonly onLeave: () => void;
}

/** What is wrong, since when the numbers stand still, and what can be done. Absent while all is well. */
export function ConnectionNotice({ connection, onReconnect, onLeave }: Props) {
  const { format, messages, tag } = useLanguage();
  const { state } = connection;
  const staleSince = "staleSince" in connection ? connection.staleSince : undefined;
  if (state === "idle" || state === "live" || (state === "connecting" && staleSince === undefined)) return undefined;
  return (
    <div className="notice" data-notice={state}>
      <p role="status" aria-live="polite">
        {state === "stale" && (connection.reason === "time_zone" ? messages.why.timeZone : messages.why.stale)}
        {(state === "retrying" || state === "closed") && explain(connection.cause, tag)}
        {state === "connecting" && messages.connection.connecting}{" "}
        {staleSince !== undefined && messages.staleSince(format.dateAndTime(staleSince))}
      </p>
      {state === "retrying" && <Countdown until={connection.retryAt} />}
      {(state === "retrying" || state === "closed") && (
        <button type="button" onClick={onReconnect}>
          {messages.reconnect}
        </button>
      )}
      {state === "closed" && (
        <button type="button" onClick={onLeave}>
          {messages.anotherToken}
        </button>
      )}
    </div>
  );
}

/** Seconds until an instant (milliseconds since 1970). Hidden from screen readers, which would read every one of them. */
function Countdown({ until }: { readonly until: number }) {
  const { messages } = useLanguage();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return <span aria-hidden="true">{messages.retryIn(Math.max(0, Math.ceil((until - now) / 1_000)))}</span>;
}

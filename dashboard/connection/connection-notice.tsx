import type { Connection } from "../../client/client.ts";
import { useLanguage } from "../language/language.tsx";
import { explain } from "../../client/explain.ts";
import { Countdown } from "../../react/display/countdown.tsx";

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
      {state === "retrying" && <Countdown until={connection.retryAt} write={messages.retryIn} />}
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

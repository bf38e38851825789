import { memo } from "react";
import { useLanguage } from "../language/language.tsx";
import { useAct } from "./actions.tsx";
import type { Connection } from "./answers.ts";
import { useWords } from "./words.ts";

interface Props {
  readonly connection: Connection;
  readonly rowIndex: number;
  readonly onFrames: (id: string) => void;
}

export const ConnectionRow = memo(function ConnectionRow({ connection, rowIndex, onFrames }: Props) {
  const words = useWords();
  const { format } = useLanguage();
  const act = useAct();
  const { id, daemon, subject, isAdmin, address, since, topics, subscriptions } = connection;
  const name = id.slice(0, 8);
  return (
    <tr aria-rowindex={rowIndex} data-blocked={connection.isBlocked}>
      <th scope="row">
        <code title={id}>{name}</code>
      </th>
      <td>
        <code title={daemon}>{daemon.slice(0, 8)}</code>
      </td>
      <td title={subject}>{`${subject ?? "–"}${isAdmin ? ` (${words.connection.admin})` : ""}`}</td>
      <td>{address}</td>
      <td>{format.dateAndTime(Date.parse(since))}</td>
      <td>{format.count(connection.messagesReceived)}</td>
      <td>{format.count(connection.framesSent)}</td>
      <td>{format.count(connection.bytesSent)}</td>
      <td>{`${format.count(connection.bufferedBytes)}${connection.isBlocked ? `, ${words.connection.blocked}` : ""}`}</td>
      <td
        title={topics.join(", ")}
      >{`${format.count(subscriptions)}${topics[0] === undefined ? "" : `: ${topics[0]}`}`}</td>
      <td>
        <span className="buttons">
          <button type="button" aria-label={`${words.connection.frames} ${name}`} onClick={() => onFrames(id)}>
            {words.connection.frames}
          </button>
          <button
            type="button"
            aria-label={`${words.actions.closeConnection.verb} ${name}`}
            onClick={() => act({ kind: "closeConnection", name: id })}
          >
            {words.actions.closeConnection.verb}…
          </button>
          {subject !== undefined && (
            <>
              <button
                type="button"
                aria-label={`${words.actions.closeSubject.verb}, ${name}`}
                onClick={() => act({ kind: "closeSubject", name: subject })}
              >
                {words.actions.closeSubject.verb}…
              </button>
              <button
                type="button"
                aria-label={`${words.actions.revoke.verb}, ${name}`}
                onClick={() => act({ kind: "revoke", name: subject })}
              >
                {words.actions.revoke.verb}…
              </button>
            </>
          )}
        </span>
      </td>
    </tr>
  );
});

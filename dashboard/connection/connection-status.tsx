import type { Connection } from "../../client/client.ts";
import { useLanguage } from "../language/language.tsx";

interface Props {
  readonly connection: Connection;
  readonly asOf: string | undefined;
}

/** The state in a word, always in sight, and the instant that the numbers hold for. */
export function ConnectionStatus({ connection, asOf }: Props) {
  const { format, messages } = useLanguage();
  return (
    <div className="connection" data-connection={connection.state}>
      <span role="status" aria-live="polite">
        {messages.connection[connection.state]}
      </span>
      {asOf !== undefined && <time dateTime={asOf}>{messages.asOf(format.time(Date.parse(asOf)))}</time>}
    </div>
  );
}

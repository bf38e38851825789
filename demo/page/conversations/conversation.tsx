/** One conversation: who takes part, what was said, and a place to say something. */
import type { RefObject } from "react";
import { useChannel, useRows } from "../../../react/channels/use-rows.ts";
import { MessageLog } from "./message-log.tsx";
import { Members, WhoTypes } from "./people.tsx";
import type { Channels } from "./rows.ts";
import { TextField } from "./text-field.tsx";
import { useWords } from "./words.ts";
import { sendMessage, type Writer } from "./write.ts";

interface Props {
  readonly writer: Writer;
  /** Who reads and writes here. */
  readonly person: string;
  readonly title: string;
  readonly heading: RefObject<HTMLHeadingElement | null>;
  readonly onBack: () => void;
}

export function Conversation({ writer, person, title, heading, onBack }: Props) {
  const words = useWords();
  const channel = useChannel<Channels, "conversation">("conversation", writer.conversation);
  const { items: members, connection } = useRows(channel, "members");
  const others = members.filter(({ row }) => row.personId !== person);
  const refusal = connection.state === "closed" && connection.cause.kind === "nack" ? connection.cause : undefined;
  // At once by the code; of one that has grown meanwhile the reason says it.
  const isTooLarge = refusal?.code === "too_large" || refusal?.reason === "too_large";
  return (
    <section className="conversation" aria-labelledby="conversation-title">
      <header>
        <button type="button" className="back" onClick={onBack}>
          {words.back}
        </button>
        <h2 id="conversation-title" ref={heading} tabIndex={-1}>
          {title}
        </h2>
        {channel && others.length > 0 && !refusal && <Members channel={channel} others={others} />}
      </header>
      {refusal || !channel ? (
        <p className="notice" role="status">
          {isTooLarge ? words.tooLarge : words.removed}
        </p>
      ) : (
        <>
          <MessageLog channel={channel} writer={writer} person={person} title={title} />
          <WhoTypes channel={channel} others={others} />
          <TextField
            label={words.write}
            initial=""
            action={words.send}
            hint={words.hint}
            onTyping={(isTyping) => channel.type(isTyping)}
            onText={(body) => sendMessage(writer, body)}
          />
        </>
      )}
    </section>
  );
}

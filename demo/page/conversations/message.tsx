import { memo, useRef, useState } from "react";
import { type LanguageTag, useLanguage } from "../../../dashboard/language/language.tsx";
import type { MessageRow } from "./rows.ts";
import { TextField } from "./text-field.tsx";
import { type Failure, useWords } from "./words.ts";
import { changeMessage, removeMessage, type Writer } from "./write.ts";

interface Props {
  readonly id: string;
  readonly row: MessageRow;
  readonly isOwn: boolean;
  readonly writer: Writer;
}

const minutes = (tag: LanguageTag) => new Intl.DateTimeFormat(tag, { dateStyle: "short", timeStyle: "short" });
/** When something was said: nobody asks for its second. */
const MINUTES: Readonly<Record<LanguageTag, Intl.DateTimeFormat>> = { en: minutes("en"), "pt-BR": minutes("pt-BR") };

/** What somebody said; who said it may put it right, or take it back. */
export const Message = memo(function Message({ id, row, isOwn, writer }: Props) {
  const { format, tag } = useLanguage();
  const words = useWords();
  const [isEditing, setIsEditing] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const editButton = useRef<HTMLButtonElement>(null);
  const close = () => {
    setIsEditing(false);
    // Where the focus came from, once it is there again.
    requestAnimationFrame(() => editButton.current?.focus());
  };
  const save = async (body: string) => {
    const failed = body === row.body ? undefined : await changeMessage(writer, id, body);
    if (failed === undefined) close();
    return failed;
  };
  return (
    <li data-message={id} data-own={isOwn}>
      <header>
        <strong>{row.author}</strong>
        <time dateTime={row.createdAt} title={format.dateAndTime(Date.parse(row.createdAt))}>
          {MINUTES[tag].format(Date.parse(row.createdAt))}
        </time>
        {row.editedAt !== null && <span className="edited">{words.edited}</span>}
      </header>
      {isEditing ? (
        <TextField label={words.change} initial={row.body} action={words.save} onText={save} onCancel={close} />
      ) : (
        <p className="body">{row.body}</p>
      )}
      {isOwn && !isEditing && (
        <p className="actions">
          <button type="button" ref={editButton} onClick={() => setIsEditing(true)}>
            {words.edit}
          </button>
          <button type="button" onClick={() => void removeMessage(writer, id).then(setFailure)}>
            {words.remove}
          </button>
        </p>
      )}
      {failure !== undefined && (
        <p className="problem" role="alert">
          {words.failed[failure]}
        </p>
      )}
    </li>
  );
});

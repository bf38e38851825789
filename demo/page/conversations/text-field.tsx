import { type KeyboardEvent, useId, useState } from "react";
import { type Failure, useWords } from "./words.ts";

/** As the server has it. */
const MOST_LETTERS = 2_000;

interface Props {
  readonly label: string;
  readonly initial: string;
  /** What the button says. */
  readonly action: string;
  readonly hint?: string;
  /** With each change: whether there is something to be sent. */
  readonly onTyping?: (isTyping: boolean) => void;
  /** Resolves to why it was not done; else the field is empty again, if it is still there. */
  readonly onText: (text: string) => Promise<Failure | undefined>;
  /** Escape, or the button; undefined: there is nothing to go back to, and the field waits for the reader. */
  readonly onCancel?: () => void;
}

/** A text that Enter hands on, and Shift and Enter breaks. */
export function TextField({ label, initial, action, hint, onTyping, onText, onCancel }: Props) {
  const words = useWords();
  const [text, setText] = useState(initial);
  const [isSending, setIsSending] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const [field, about] = [useId(), useId()];
  const submit = async () => {
    const body = text.trim();
    if (body === "" || isSending) return;
    setIsSending(true);
    const failed = await onText(body);
    setIsSending(false);
    setFailure(failed);
    if (failed === undefined) onTyping?.(false);
    // What was typed meanwhile is the next one's.
    if (failed === undefined) setText((now) => (now === text ? "" : now));
  };
  const keyPressed = (event: KeyboardEvent) => {
    // Of an input method that puts letters together, Enter ends the word.
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      void submit();
    }
    if (event.key === "Escape") onCancel?.();
  };
  return (
    <form
      className="text-field"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <label htmlFor={field} className="unseen">
        {label}
      </label>
      <textarea
        id={field}
        rows={2}
        maxLength={MOST_LETTERS}
        placeholder={label}
        value={text}
        aria-describedby={about}
        // Who asked for the field is to write in it.
        autoFocus={onCancel !== undefined}
        onChange={({ target }) => {
          setText(target.value);
          onTyping?.(target.value.trim() !== "");
        }}
        onKeyDown={keyPressed}
      />
      <button type="submit" className="primary">
        {action}
      </button>
      {onCancel && (
        <button type="button" onClick={onCancel}>
          {words.cancel}
        </button>
      )}
      <p id={about} className="hint">
        {hint}
      </p>
      <p className="problem" role="alert">
        {failure !== undefined && words.failed[failure]}
      </p>
    </form>
  );
}

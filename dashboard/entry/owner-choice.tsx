/** Whose numbers are shown. */
import { useState } from "react";
import { useLanguage } from "../language/language.tsx";
import { EntryPage } from "./entry-page.tsx";

/** An administrator's token names no owner: asks which one to show. */
export function OwnerForm({ onOwner }: { readonly onOwner: (ownerId: string) => void }) {
  const { messages } = useLanguage();
  const [text, setText] = useState("");
  return (
    <EntryPage heading={messages.admin.heading} onSubmit={() => onOwner(text.trim())}>
      <p>{messages.admin.how}</p>
      <label htmlFor="owner">{messages.admin.label}</label>
      <input
        id="owner"
        required
        maxLength={256}
        autoComplete="off"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <button type="submit" className="primary">
        {messages.admin.open}
      </button>
    </EntryPage>
  );
}

interface Props {
  readonly ownerId: string;
  readonly owners: readonly string[];
  readonly onOwner: (ownerId: string) => void;
}

/** Names the owner; lets choose where the token names several. */
export function OwnerPicker({ ownerId, owners, onOwner }: Props) {
  const { messages } = useLanguage();
  if (owners.length < 2) {
    return (
      <span className="owner">
        {messages.owner} <strong>{ownerId}</strong>
      </span>
    );
  }
  return (
    <label className="owner">
      {messages.owner}{" "}
      <select value={ownerId} onChange={(event) => onOwner(event.target.value)}>
        {owners.map((owner) => (
          <option key={owner}>{owner}</option>
        ))}
      </select>
    </label>
  );
}

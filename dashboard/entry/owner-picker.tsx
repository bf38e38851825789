import { useLanguage } from "../language/language.tsx";

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

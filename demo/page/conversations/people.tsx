/** Who takes part in a conversation: who of them is there, and who types. */
import type { Channel, Item } from "../../../client/channels/channel.ts";
import { usePresence, useTyping } from "../../../react/channels/use-presence.ts";
import type { Channels, MemberRow } from "./rows.ts";
import { useWords } from "./words.ts";

interface Props {
  readonly channel: Channel<Channels["conversation"]>;
  /** Without the reader. */
  readonly others: readonly Item<MemberRow>[];
}

export function Members({ channel, others }: Props) {
  const words = useWords();
  const { users, isPartial } = usePresence(channel);
  const here = new Map(users.map((person) => [person.user, person]));
  return (
    <ul className="members" aria-label={words.members}>
      {others.map(({ key, row: { personId, name } }) => {
        const person = here.get(personId);
        const state = person && (person.isAway ? words.away : words.here);
        return (
          <li key={key} data-state={person && (person.isAway ? "away" : "here")} title={state}>
            {name}
            {state !== undefined && <span className="unseen"> ({state})</span>}
          </li>
        );
      })}
      {isPartial && <li>{words.partial}</li>}
    </ul>
  );
}

/** The line stays where nobody types: nothing moves when somebody does. */
export function WhoTypes({ channel, others }: Props) {
  const words = useWords();
  const { users } = useTyping(channel);
  const names = others.filter(({ row }) => users.includes(row.personId)).map(({ row }) => row.name);
  return (
    <p className="typing" role="status" aria-live="polite">
      {names.length > 0 && words.types(names.join(", "), names.length)}
    </p>
  );
}

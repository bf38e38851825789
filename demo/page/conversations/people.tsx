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

/** By whether somebody is away; who is not there has none. */
const STATES: ReadonlyMap<boolean | undefined, "here" | "away"> = new Map([
  [false, "here"],
  [true, "away"],
]);
/** There is room for a few names, so that those who can answer come first. */
const ORDER = ["here", "away", undefined] as const;

function byState(a: { readonly state: (typeof ORDER)[number] }, b: { readonly state: (typeof ORDER)[number] }): number {
  return ORDER.indexOf(a.state) - ORDER.indexOf(b.state);
}

export function Members({ channel, others }: Props) {
  const words = useWords();
  const { users, isPartial } = usePresence(channel);
  const isAway = new Map(users.map((person) => [person.user, person.isAway]));
  const shown = others.map(({ key, row: { personId, name } }) => ({
    key,
    name,
    state: STATES.get(isAway.get(personId)),
  }));
  return (
    <ul className="members" aria-label={words.members}>
      {shown.toSorted(byState).map(({ key, name, state }) => (
        <li key={key} data-state={state} title={state && words[state]}>
          {name}
          {state && <span className="unseen"> ({words[state]})</span>}
        </li>
      ))}
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

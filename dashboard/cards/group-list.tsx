import { useId } from "react";
import { useLanguage } from "../language/language.tsx";
import { Metric } from "./figures.tsx";

interface Props {
  readonly title: string;
  readonly path: string;
  /** Counts or decimal strings, or other single values. */
  readonly values: Readonly<Record<string, number | string>> | undefined;
  readonly write: (value: never) => string;
  /** What a key is called; by default as it is. */
  readonly nameOf?: (key: string) => string;
  /** False where the values are no amounts: they are in the order of their keys then. */
  readonly haveShares?: boolean;
}

/** Hues that are told apart; further keys share the last. */
const HUES = 5;

/** Values by key, the greatest first, with their shares as a bar. A key may be any text. */
export function GroupList({ title, path, values = {}, write, nameOf = (key) => key, haveShares = true }: Props) {
  const { messages } = useLanguage();
  const heading = useId();
  const entries = Object.entries(values).toSorted(([leftKey, left], [rightKey, right]) =>
    haveShares ? Number(right) - Number(left) : leftKey < rightKey ? -1 : 1,
  );
  // By name, so that a key keeps its hue when it overtakes another.
  const names = Object.keys(values).toSorted();
  const hue = (key: string) => Math.min(names.indexOf(key) + 1, HUES);
  return (
    <div className="groups">
      <h3 id={heading}>{title}</h3>
      {haveShares && (
        <div className="shares" aria-hidden="true">
          {entries.map(([key, value]) => (
            <span key={key} data-key={key} data-hue={hue(key)} style={{ flexGrow: Math.max(0, Number(value)) }} />
          ))}
        </div>
      )}
      <ul aria-labelledby={heading}>
        {entries.map(([key, value]) => (
          <li key={key} data-key={key} data-hue={hue(key)}>
            {key === "" ? messages.noText : nameOf(key)} <Metric path={`${path}.${key}`} value={value} write={write} />
          </li>
        ))}
        {entries.length === 0 && <li className="nothing">{messages.nothing}</li>}
      </ul>
    </div>
  );
}

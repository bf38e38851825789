import { useMemo, useRef, useState } from "react";
import { Card } from "../../../dashboard/cards/card.tsx";
import { readClaims } from "../../../dashboard/entry/claims.ts";
import { useLanguage } from "../../../dashboard/language/language.tsx";
import { ownerTopic } from "../../../protocol/topic.ts";
import { plain } from "../bookings/matching.ts";
import { Spacer } from "../hangars/spacer.tsx";
import { useRemPx, useWindowed } from "../../../dashboard/use-windowed.ts";
import { useHangarWords } from "../hangars/words.ts";
import { OwnerLine } from "./owner-line.tsx";
import { useOwners } from "./use-owners.ts";
import { usePlatformWords } from "./words.ts";

/** As in platform.css. */
const ROW_REM = 3.25;
/** Of fewer all are there. */
const MOST_WHOLE = 50;
const COLUMNS = 4;

interface Props {
  readonly token: string;
  readonly onTopic: (topic: string) => void;
}

/** The owners by their names. Only those in sight are followed, and only by whom the token lets. */
export function OwnerList({ token, onTopic }: Props) {
  const { format } = useLanguage();
  const { list: words } = usePlatformWords();
  const { loading, unavailable } = useHangarWords();
  const owners = useOwners(token);
  const [text, setText] = useState("");
  const claims = useMemo(() => readClaims(token), [token]);
  const scroller = useRef<HTMLDivElement>(null);
  const rowPx = useRemPx(ROW_REM);
  const { items, status } = owners ?? NONE;
  const found = useMemo(() => {
    const part = plain(text.trim());
    return part === "" ? items : items.filter(({ key, row }) => key === part || plain(row.name).includes(part));
  }, [items, text]);
  const { first, end, onScroll } = useWindowed(scroller, found.length, found.length > MOST_WHOLE ? rowPx : 0);
  const mayOpen = (topic: string) => claims !== undefined && (claims.isAdmin || claims.topics.includes(topic));
  const ready = items.length === 0 ? words.none : words.noMatch;
  const note = status === "loading" ? loading : status === "error" ? unavailable : ready;
  return (
    <Card title={words.title} className="owners-now">
      <search className="filters">
        <input
          type="search"
          aria-label={words.search}
          placeholder={words.search}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        <p>{text !== "" && words.shown(format.count(found.length), format.count(items.length))}</p>
      </search>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is scrolled by keys */}
      <div className="scroll" ref={scroller} onScroll={onScroll} role="region" aria-label={words.table} tabIndex={0}>
        {found.length === 0 && <p className="nothing">{owners ? note : words.hidden}</p>}
        <table aria-rowcount={found.length + 1} hidden={found.length === 0}>
          <thead>
            <tr>
              <th scope="col">{words.owner}</th>
              <th scope="col">{words.revenue}</th>
              <th scope="col">{words.bookings}</th>
              <th scope="col">{words.occupied}</th>
            </tr>
          </thead>
          <tbody>
            <Spacer rows={first} rowPx={rowPx} columns={COLUMNS} />
            {found.slice(first, end).map((owner, at) => {
              const topic = ownerTopic(owner.key);
              return (
                <OwnerLine
                  key={owner.key}
                  owner={owner}
                  rowIndex={first + at + 2}
                  onOpen={mayOpen(topic) ? () => onTopic(topic) : undefined}
                />
              );
            })}
            <Spacer rows={found.length - end} rowPx={rowPx} columns={COLUMNS} />
          </tbody>
        </table>
      </div>
    </Card>
  );
}

const NONE = { items: [], status: "ready" } as const;

import type { Channel } from "../../../client/channels/channel.ts";
import { useRows } from "../../../react/channels/use-rows.ts";
import { Message } from "./message.tsx";
import type { Channels } from "./rows.ts";
import { useSteadyScroll } from "./use-steady-scroll.ts";
import { useWords } from "./words.ts";
import type { Writer } from "./write.ts";

/** So near the beginning that older messages are read. */
const NEAR_PX = 120;

interface Props {
  readonly channel: Channel<Channels["conversation"]>;
  readonly writer: Writer;
  readonly person: string;
  readonly title: string;
}

/** What was said, oldest first, with older messages when the reader comes near them. A screen reader tells what comes, not what is read up. */
export function MessageLog({ channel, writer, person, title }: Props) {
  const words = useWords();
  const { items, status, hasOlder, isLoadingOlder, older } = useRows(channel, "messages");
  const last = items.at(-1);
  const { ref, onScroll } = useSteadyScroll(last?.row.authorId === person ? last.key : undefined);
  const readOlder = async () => {
    if (isLoadingOlder || !hasOlder) return;
    // Not connected: the next scroll asks again.
    await older();
  };
  const pressed = async () => {
    await readOlder();
    // The button may be there no more.
    requestAnimationFrame(() => {
      if (document.activeElement === document.body) ref.current?.focus({ preventScroll: true });
    });
  };
  const scrolled = () => {
    onScroll();
    if (ref.current && ref.current.scrollTop < NEAR_PX) void readOlder();
  };
  return (
    <div
      className="log"
      role="log"
      aria-label={title}
      aria-live={isLoadingOlder ? "off" : "polite"}
      // What scrolls is scrolled by keys.
      tabIndex={0}
      ref={ref}
      onScroll={scrolled}
      data-outdated={status !== "ready"}
    >
      {hasOlder && (
        <button type="button" className="older" aria-disabled={isLoadingOlder} onClick={() => void pressed()}>
          {isLoadingOlder ? words.loading : words.older}
        </button>
      )}
      {status === "loading" && <p className="nothing">{words.loading}</p>}
      {status === "ready" && items.length === 0 && <p className="nothing">{words.empty}</p>}
      <ol>
        {items.map(({ key, row }) => (
          <Message key={key} id={key} row={row} isOwn={row.authorId === person} writer={writer} />
        ))}
      </ol>
    </div>
  );
}

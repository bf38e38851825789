import type { RefObject } from "react";
import type { Item } from "../../../client/channels/channel.ts";
import type { ConversationRow } from "./rows.ts";
import { useWords } from "./words.ts";

interface Props {
  readonly list: RefObject<HTMLElement | null>;
  readonly items: readonly Item<ConversationRow>[];
  /** They are all there are. */
  readonly isReady: boolean;
  readonly open: string | undefined;
  readonly onOpen: (conversation: string) => void;
}

export function ConversationList({ list, items, isReady, open, onOpen }: Props) {
  const words = useWords();
  return (
    <nav ref={list} className="conversations" aria-label={words.title}>
      {isReady && items.length === 0 && <p className="nothing">{words.none}</p>}
      <ul>
        {items.map(({ key, row }) => (
          <li key={key}>
            <button type="button" aria-current={row.conversationId === open} onClick={() => onOpen(row.conversationId)}>
              {row.title}
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

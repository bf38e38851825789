/** Somebody's conversations: which there are, and the one that is open. Rows come from deltad, writes go to the marketplace's own server. */
import { useEffect, useRef, useState } from "react";
import { explain } from "../../../client/explain.ts";
import { Brand } from "../../../dashboard/brand.tsx";
import { Connected } from "../../../dashboard/connected.tsx";
import { ConnectionStatus } from "../../../dashboard/connection/connection-status.tsx";
import { parsePayload } from "../../../dashboard/entry/claims.ts";
import { LanguageSwitch } from "../../../dashboard/language/language-switch.tsx";
import { useLanguage } from "../../../dashboard/language/language.tsx";
import { forget, remember, remembered, takeFragmentToken } from "../../../dashboard/storage.ts";
import { useChannel, useRows } from "../../../react/channels/use-rows.ts";
import { Conversation } from "./conversation.tsx";
import { ConversationList } from "./conversation-list.tsx";
import { addressOf, pagePort } from "./page-port.ts";
import type { Channels } from "./rows.ts";
import { useWords } from "./words.ts";

export function ConversationsApp({ initialToken }: { readonly initialToken: string | undefined }) {
  const words = useWords();
  const [token, setToken] = useState(initialToken);
  useEffect(() => {
    document.title = words.title;
  }, [words]);
  useEffect(() => {
    const follow = () => setToken((before) => takeFragmentToken() ?? before);
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  const person = token === undefined ? undefined : personOf(token);
  if (token !== undefined && person !== undefined) {
    const port = pagePort("deltad");
    return (
      <Connected key={token} token={token} {...(port !== undefined && { url: addressOf(port) })}>
        <Conversations token={token} person={person} />
      </Connected>
    );
  }
  return (
    <>
      <header className="topbar">
        <Brand />
        <LanguageSwitch />
      </header>
      <main className="entry">
        <div className="card">
          <h1>{words.title}</h1>
          <p>{words.noToken}</p>
        </div>
      </main>
    </>
  );
}

interface Props {
  readonly token: string;
  /** Whose token it is. */
  readonly person: string;
}

function Conversations({ token, person }: Props) {
  const { tag } = useLanguage();
  const words = useWords();
  const { items, status, connection } = useRows(useChannel<Channels, "person">("person", person), "conversations");
  const [open, setOpen] = useState(() => remembered("topic"));
  const [heading, list] = [useRef<HTMLHeadingElement>(null), useRef<HTMLElement>(null)];
  const choose = (conversation: string | undefined) => {
    if (conversation === undefined) forget("topic");
    else remember("topic", conversation);
    setOpen(conversation);
    // On a phone the list gives way to the conversation, and what had the focus with it.
    requestAnimationFrame(() => {
      const { activeElement: focused, body } = document;
      if (focused && focused !== body && focused.getClientRects().length > 0) return;
      (heading.current ?? list.current?.querySelector("button"))?.focus();
    });
  };
  const shown = items.find(({ row }) => row.conversationId === open)?.row;
  const title = useLastTitle(open, shown?.title);
  const isGone = connection.state === "retrying" || connection.state === "closed";
  return (
    <>
      <header className="topbar">
        <Brand />
        <ConnectionStatus connection={connection} asOf={undefined} />
        <LanguageSwitch />
      </header>
      <main className="talk" data-open={title !== undefined}>
        <h1 className="unseen">{words.title}</h1>
        {isGone && (
          <p className="notice" role="status">
            {explain(connection.cause, tag)} {connection.state === "retrying" && words.lost}
          </p>
        )}
        <ConversationList list={list} items={items} isReady={status === "ready"} open={open} onOpen={choose} />
        {open !== undefined && title !== undefined ? (
          <Conversation
            key={open}
            writer={{ token, conversation: open }}
            person={person}
            title={title}
            heading={heading}
            onBack={() => choose(undefined)}
          />
        ) : (
          <p className="unopened">{words.choose}</p>
        )}
      </main>
    </>
  );
}

/** What the open conversation is called, also when it is somebody's no more: then it says so itself. */
function useLastTitle(open: string | undefined, title: string | undefined): string | undefined {
  const [last, setLast] = useState({ open, title });
  if (title !== undefined && (last.open !== open || last.title !== title)) setLast({ open, title });
  return title ?? (last.open === open ? last.title : undefined);
}

function personOf(token: string): string | undefined {
  const payload = parsePayload(token);
  const sub: unknown = typeof payload === "object" && payload !== null && "sub" in payload ? payload.sub : undefined;
  return typeof sub === "string" && sub !== "" ? sub : undefined;
}

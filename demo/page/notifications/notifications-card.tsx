import { useEffect, useEffectEvent, useMemo, useState, useSyncExternalStore } from "react";
import type { AnyStreamTypes, Owner } from "../../../client/client.ts";
import { useCalm } from "./calm.ts";
import { Card } from "../../../dashboard/cards/card.tsx";
import { useLanguage } from "../../../dashboard/language/language.tsx";
import { showUnread } from "./badge.ts";
import { Feed, NOTICE_KINDS, type Notice, type NoticeKind } from "./feed.ts";
import { OutsideButton, tellOutside } from "./outside.tsx";
import { keepSettings, type NoticeSettings, readSettings } from "./settings.ts";
import { useNoticeWords } from "./words.ts";
import { writeNotice } from "./write-notice.ts";
import "./notifications.css";

/** What is new for the owner: here, in the tab's title and icon, and, where it is wanted, outside of the page. */
export function NotificationsCard({ owner }: { readonly owner: Owner<AnyStreamTypes> }) {
  const { format } = useLanguage();
  const words = useNoticeWords();
  const [settings, setSettings] = useState(readSettings);
  const feed = useMemo(() => feedOf(owner), [owner]);
  const all = useSyncExternalStore(feed.subscribe, feed.getSnapshot);
  const notices = all.filter(({ kind }) => !settings.muted.includes(kind));
  const write = (notice: Notice) => writeNotice(notice, words, format);

  useUnreadBadge(notices.length);
  const tell = useEffectEvent((notice: Notice) => {
    if (settings.isOutside && !settings.muted.includes(notice.kind)) tellOutside(notice.id, write(notice));
  });
  useEffect(() => feed.start(tell), [feed]);

  const keep = (next: NoticeSettings) => {
    keepSettings(next);
    setSettings(next);
  };
  const toggle = (kind: NoticeKind) => {
    const { muted } = settings;
    keep({ ...settings, muted: muted.includes(kind) ? muted.filter((one) => one !== kind) : [...muted, kind] });
  };
  const [newest] = notices;
  const said = useCalm(newest ? `${words.unread(notices.length)}: ${write(newest)}` : "");
  return (
    <Card
      title={words.title}
      className="notices"
      aside={
        <button type="button" onClick={feed.clear} disabled={all.length === 0}>
          {words.clear}
        </button>
      }
    >
      <p className="unseen" role="status" aria-live="polite" aria-atomic="true">
        {said}
      </p>
      <p className="unread" data-unread={notices.length}>
        {notices.length === 0 ? words.none : words.unread(notices.length)}
      </p>
      <ol aria-label={words.title} tabIndex={0}>
        {notices.map((notice) => (
          <li key={notice.id} data-notice-kind={notice.kind} data-late={notice.isLate}>
            <span>{write(notice)}</span>
            <small>
              <time dateTime={new Date(notice.at).toISOString()}>{format.time(notice.at)}</time>
              {notice.isLate && ` · ${words.late}`}
            </small>
          </li>
        ))}
      </ol>
      <fieldset className="kinds">
        <legend className="unseen">{words.title}</legend>
        {NOTICE_KINDS.map((kind) => (
          <label key={kind}>
            <input type="checkbox" checked={!settings.muted.includes(kind)} onChange={() => toggle(kind)} />
            {words.kinds[kind]}
          </label>
        ))}
      </fieldset>
      <OutsideButton isOutside={settings.isOutside} onChange={(isOutside) => keep({ ...settings, isOutside })} />
    </Card>
  );
}

function feedOf(owner: Owner<AnyStreamTypes>): Feed {
  return new Feed({ owner, isHidden: () => document.hidden, now: () => performance.now() });
}

/** In the tab's title and on its icon, as long as the component is there. */
function useUnreadBadge(unread: number): void {
  const [own] = useState(() => ({
    title: document.title,
    icon: document.querySelector('link[rel="icon"]')?.getAttribute("href") ?? "",
  }));
  useEffect(() => {
    showUnread(unread, own.title, own.icon);
    return () => showUnread(0, own.title, own.icon);
  }, [unread, own]);
}

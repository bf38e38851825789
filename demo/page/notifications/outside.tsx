/** Notifications of the browser itself. It asks whoever looks, once, and only after a click. */
import { useState } from "react";
import { useNoticeWords } from "./words.ts";

interface Props {
  readonly isOutside: boolean;
  readonly onChange: (isOutside: boolean) => void;
}

/** Nothing where the browser has none. */
export function OutsideButton({ isOutside, onChange }: Props) {
  const words = useNoticeWords();
  const [permission, setPermission] = useState(() =>
    "Notification" in globalThis ? Notification.permission : undefined,
  );
  if (permission === undefined) return undefined;
  if (permission === "denied") return <small className="outside">{words.blocked}</small>;
  const ask = async () => {
    const given = await Notification.requestPermission();
    setPermission(given);
    onChange(given === "granted");
  };
  const isOn = isOutside && permission === "granted";
  return (
    <button type="button" className="outside" aria-pressed={isOn} onClick={() => (isOn ? onChange(false) : void ask())}>
      {isOn ? words.isOutside : words.outside}
    </button>
  );
}

/** Only while nobody sees the page, and where it may. */
export function tellOutside(id: string, text: string): void {
  if (!document.hidden || !("Notification" in globalThis) || Notification.permission !== "granted") return;
  // On some phones a page can't, but for its service worker.
  try {
    // oxlint-disable-next-line no-new -- it shows itself
    new Notification(document.title, { body: text, tag: id });
  } catch {
    return;
  }
}

import { type ReactNode, useEffect, useRef, useState } from "react";
import { Announcer, type Sayable } from "./announcer.ts";

/** The one live region of the display; empty until something has changed. Undefined while nothing is known. */
export function Announcement({ sayable }: { readonly sayable: Sayable | undefined }): ReactNode {
  const [said, setSaid] = useState({ sentence: "", count: 0 });
  const announcer = useRef<Announcer>(undefined);
  useEffect(() => {
    const made = new Announcer({
      now: Date.now,
      setTimeout: (callback, ms) => setTimeout(callback, ms),
      clearTimeout: (timer) => clearTimeout(timer),
      say: (sentence) => setSaid(({ count }) => ({ sentence, count: count + 1 })),
    });
    announcer.current = made;
    return () => made.stop();
  }, []);
  useEffect(() => {
    if (sayable) announcer.current?.show(sayable);
  });
  // Another element each time: the same sentence is read out again.
  return (
    <div className="deltad-unseen" role="status" aria-live="polite" aria-atomic="true">
      <span key={said.count}>{said.sentence}</span>
    </div>
  );
}

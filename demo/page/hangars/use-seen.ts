/** What the page shows of time and of changes, while somebody can see it. */
import { useEffect, useState } from "react";
import type { Channel } from "../../../client/channels/channel.ts";
import type { Channels } from "./rows.ts";

/** For how long a change is lit up: as long as the animation takes. */
const LIT_MS = 1_500;
/** Timers can't be longer; it looks again then. */
const LONGEST_MS = 2 ** 31 - 1;

/** The value, as it was when the page was last in sight: nothing is drawn for nobody. */
export function useSeen<Value>(value: Value): Value {
  const [seen, setSeen] = useState(() => value);
  const [, look] = useState(0);
  useEffect(() => {
    const follow = () => look((times) => times + 1);
    document.addEventListener("visibilitychange", follow);
    return () => document.removeEventListener("visibilitychange", follow);
  }, []);
  if (document.hidden || seen === value) return seen;
  setSeen(() => value);
  return value;
}

/** Milliseconds since 1970, as of the last of the instants that `next` gives, or of the last look at the page. */
export function useClock(next: (now: number) => number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const look = () => {
      if (!document.hidden) setNow(Date.now());
    };
    const timer = setTimeout(look, Math.min(LONGEST_MS, Math.max(0, next(now) - Date.now())));
    document.addEventListener("visibilitychange", look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [next, now]);
  return now;
}

/** How often each row has changed lately: those that changed just now, and nothing that is only read up. */
export function useLit(
  channel: Channel<Channels["hangars"]> | undefined,
  set: "bookings" | "stays",
): ReadonlyMap<string, number> {
  const [lit, setLit] = useState<ReadonlyMap<string, number>>(() => new Map());
  useEffect(() => {
    const timers = new Set<ReturnType<typeof setTimeout>>();
    const light = ({ key }: { readonly key: string }) => {
      if (document.hidden) return;
      setLit((before) => new Map(before).set(key, (before.get(key) ?? 0) + 1));
      const timer = setTimeout(() => {
        timers.delete(timer);
        setLit((before) => without(before, key));
      }, LIT_MS);
      timers.add(timer);
    };
    const undo = channel?.on(set, { inserted: light, updated: light });
    return () => {
      undo?.();
      for (const timer of timers) clearTimeout(timer);
    };
  }, [channel, set]);
  return lit;
}

function without(map: ReadonlyMap<string, number>, key: string): ReadonlyMap<string, number> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}

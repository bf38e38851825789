/** Instants on the owner's clock, wherever the reader is. */
import { useMemo } from "react";
import { useLanguage } from "../../../dashboard/language/language.tsx";
import type { Zone } from "../calendar/zone.ts";

/** Each takes milliseconds, or a local day by the beginning of its date in UTC. */
export interface TimeFormat {
  readonly time: (at: number) => string;
  readonly day: (at: number) => string;
  readonly dateAndTime: (at: number) => string;
  /** Without the year. */
  readonly dayAndTime: (at: number) => string;
  readonly weekday: (date: string) => string;
  readonly month: (date: string) => string;
  readonly wholeDate: (date: string) => string;
}

export function useTimeFormat({ name: timeZone }: Zone): TimeFormat {
  const { tag } = useLanguage();
  return useMemo(() => {
    const form = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(tag, { timeZone, ...options });
    const dated = (options: Intl.DateTimeFormatOptions) => {
      const format = form({ ...options, timeZone: "UTC" });
      return (date: string) => format.format(Date.parse(date));
    };
    const [time, day] = [form({ timeStyle: "short" }), form({ day: "numeric", month: "short" })];
    const dateAndTime = form({ dateStyle: "medium", timeStyle: "short" });
    const dayAndTime = form({ day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
    return {
      time: (at) => time.format(at),
      day: (at) => day.format(at),
      dateAndTime: (at) => dateAndTime.format(at),
      dayAndTime: (at) => dayAndTime.format(at),
      weekday: dated({ weekday: "narrow" }),
      month: dated({ month: "short" }),
      wholeDate: dated({ dateStyle: "full" }),
    };
  }, [tag, timeZone]);
}

import { SHARED_ENGLISH } from "../../react/display/shared-labels.ts";
import type { MetricSchema } from "../../protocol/schema.ts";

type Growth = Extract<MetricSchema, { kind: "growth" }>;

const { missed, ...shared } = SHARED_ENGLISH;

export const english = {
  ...shared,
  name: "English",
  title: "Owner dashboard",
  owner: "Owner",
  language: "Language",
  anotherToken: "Use another token",
  why: {
    stale: "The daemon can't vouch for the numbers at the moment.",
    timeZone: "This owner's time zone is not known to the database. Correct it and the numbers follow.",
  },
  noRow: "There is no owner with this id yet. The numbers appear as soon as there is one.",
  /** What growth compares. */
  against: ({ period: { unit, length }, against }: Growth) => {
    if (unit === "hour")
      return length === 1
        ? "this hour against the one before"
        : `the last ${length} hours against the ${length} before`;
    if (unit === "day")
      return length === 1 ? "today against yesterday" : `the last ${length} days against the ${length} before`;
    if (against === "stretch")
      return length === 1
        ? `this ${unit} so far against the same days of the one before`
        : `the last ${length} ${unit}s so far against the same days of the ${length} before`;
    return length === 1
      ? `this ${unit} so far against the whole previous ${unit}`
      : `the last ${length} ${unit}s, this one so far, against the ${length} before`;
  },
  events: {
    title: "What happened",
    clear: (unread: number) => (unread > 0 ? `Clear ${unread} new` : "Nothing new"),
    missed,
  },
  nothing: "None yet",
  token: {
    heading: "Open your dashboard",
    missing: "The address of this page normally carries your token, as in",
    how: "Open the link that you were given, or paste the token here. With the daemon at hand, this makes one:",
    broken: "This is not a token: it should be three parts joined by dots.",
    nameless: "This token names no owner.",
    label: "Token",
    open: "Open",
  },
  admin: { heading: "Which owner?", how: "This token may see every owner.", label: "Owner id", open: "Show" },
};

/** What a language has to say. */
export type Messages = typeof english;

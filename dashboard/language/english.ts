import type { Period } from "../../protocol/schema.ts";

export const english = {
  name: "English",
  title: "Owner dashboard",
  owner: "Owner",
  language: "Language",
  asOf: (time: string) => `as of ${time}`,
  connection: {
    idle: "Not connected",
    connecting: "Connecting…",
    live: "Live",
    stale: "Not up to date",
    retrying: "Reconnecting",
    closed: "Stopped",
  },
  staleSince: (time: string) => `The numbers are as they were at ${time}.`,
  retryIn: (seconds: number) => (seconds > 0 ? `Next attempt in ${seconds} s.` : "Trying now."),
  reconnect: "Reconnect now",
  anotherToken: "Use another token",
  why: {
    requested: "Disconnected.",
    silence: "The daemon has not been heard for a while.",
    token: "A token could not be had.",
    goingAway: "The daemon is restarting.",
    overloaded: "The daemon is overloaded, or its database is away.",
    internal: "The daemon had an internal error.",
    tooSlow: "This connection was too slow to keep up.",
    tooMany: "Too many messages or connections.",
    unreachable: "The daemon can't be reached.",
    expired: "The token has expired. Ask for a new one where you got it.",
    unauthenticated: "The token was not accepted. Ask for a new one where you got it.",
    origin: "This page's address is not on the daemon's list of allowed origins (DELTAD_ORIGINS).",
    version: "This page and the daemon speak different versions. Reload the page.",
    forbidden: "This token does not allow this owner. Choose another owner or use another token.",
    unknownOwner: "There can't be an owner with this id. Check how it is written.",
    stale: "The daemon can't vouch for the numbers at the moment.",
    timeZone: "This owner's time zone is not known to the database. Correct it and the numbers follow.",
  },
  noRow: "There is no owner with this id yet. The numbers appear as soon as there is one.",
  overview: "Overview",
  /** What growth compares. */
  against: ({ unit, length }: Period) => {
    if (unit === "day")
      return length === 1 ? "today against yesterday" : `the last ${length} days against the ${length} before`;
    return length === 1
      ? "this month so far against the whole previous month"
      : `the last ${length} months, this one so far, against the ${length} before`;
  },
  events: {
    title: "What happened",
    clear: (unread: number) => (unread > 0 ? `Clear ${unread} new` : "Nothing new"),
    missed: "Something more happened while this page was away, and nobody can say what.",
  },
  noText: "(empty)",
  nothing: "None yet",
  yes: "Yes",
  no: "No",
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

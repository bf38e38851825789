import type { OpenTransaction } from "./answers.ts";

function lasting(seconds: number): string {
  if (seconds < 120) return `${Math.floor(seconds)} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

export const operatorEnglish = {
  title: "Operators",
  leave: "Use another token",
  cancel: "Cancel",
  act: "Actions",
  underWay: "It is being done …",
  token: {
    heading: "What the daemons do",
    how: "Show one of the tokens of DELTAD_ADMIN_TOKENS, or of DELTAD_ADMIN_ACT_TOKENS to act. It stays in this tab.",
    label: "Token",
    refused: "The daemon does not know this token.",
    open: "Open",
  },
  refused: (says: string) => `The daemon did not answer as asked: ${says}`,
  silent: (count: number) => (count === 1 ? "One daemon did not answer. " : `${count} daemons did not answer. `),
  partial: "Other daemons can't be heard: there may be more.",
  totals: "In all",
  daemons: "Daemons",
  connections: "Connections",
  subjects: "Subjects",
  perSubject: "Connections of a subject",
  subscriptions: "Subscriptions",
  rates: { changes: "Changes", frames: "Frames sent", bytes: "Sent" },
  perSecond: (count: string) => `${count}/s`,
  lasting,
  daemon: {
    head: [
      "Daemon",
      "State",
      "Reading",
      "Epoch",
      "Bells",
      "Last batch",
      "Read",
      "Applied",
      "Waiting / loading",
      "Blocked (unread)",
      "Drifts / audits",
      "Actions",
    ],
    ready: "ready",
    notReady: "not ready",
    draining: "draining",
    away: "no session",
    leader: "leader",
    modes: { armed: "armed", following: "following", streaming: "streaming" },
  },
  leases: {
    title: "Leases",
    head: ["Epoch", "Daemon", "Session", "Application", "Held for", "Renewed before", "Waits for"],
    unknown: "another",
    away: (reason: string) => `The database can't be asked: ${reason}`,
  },
  oldest: {
    title: "The oldest transaction that has written",
    none: "None is open.",
    told: ({ pid, name, role, application, state, seconds, querySeconds }: OpenTransaction) =>
      [
        pid === undefined ? `Prepared as ${name}` : `Session ${pid}`,
        `role ${role}`,
        application && `application ${application}`,
        state,
        seconds === undefined ? undefined : `for ${lasting(seconds)}`,
        querySeconds === undefined ? undefined : `its last query began ${lasting(querySeconds)} ago`,
      ]
        .filter(Boolean)
        .join(", "),
  },
  connection: {
    head: {
      id: "Connection",
      daemon: "Daemon",
      subject: "Subject",
      address: "Address",
      since: "Since",
      messagesReceived: "Messages",
      framesSent: "Frames",
      bytesSent: "Bytes",
      bufferedBytes: "Unread",
      subscriptions: "Topics",
    },
    filter: "Only those whose",
    by: { subject: "subject is", topic: "topic is", address: "address is", id: "id is" },
    value: "Value",
    shown: (shown: string, found: string) => `${shown} of ${found}`,
    admin: "administrator",
    blocked: "blocked",
    none: "There are none.",
    frames: "Frames",
    framesOf: (id: string) => `Last frames of ${id}`,
    close: "Close",
    frameHead: ["At", "Type", "Topic", "Bytes", "Version", "Delay", "Unread"],
  },
  topics: { title: "Topics with the most subscriptions", topic: "Topic", another: "Another topic" },
  options: {
    title: "Configuration of this daemon",
    head: ["Option", "Value", "From"],
    secret: "secret",
    origins: { environment: "environment", default: "default", unset: "not set" } as Readonly<Record<string, string>>,
  },
  actions: {
    closeConnection: { verb: "Close", means: "Its client asks for a new token before it comes back." },
    closeSubject: {
      verb: "Close all of the subject",
      means: "At all daemons. Its clients ask for a new token before they come back.",
    },
    closeTopic: { verb: "Close", means: "All connections that follow the topic, at all daemons." },
    revoke: {
      verb: "Revoke the subject",
      means: "Every token of it that was issued until now is refused, at all daemons, for ever.",
    },
    reload: {
      verb: "Reload",
      means: "It is read again at each daemon that watches it; what is shown stays meanwhile.",
    },
    verify: {
      verb: "Verify",
      means: "Its numbers are compared with SQL; a daemon whose numbers differ reads them again.",
    },
    drain: { verb: "Drain", means: "Its clients go to other daemons, and it takes none until it is started again." },
  },
  outcome: (answer: Readonly<Record<string, unknown>>) =>
    ["closed", "reloaded", "drained", "until"]
      .filter((name) => name in answer)
      .map((name) => `${name} ${String(answer[name])}`)
      .join(", ") ||
    (answer["found"] as readonly { kind: string; leaves?: readonly string[] }[])
      .map(({ kind, leaves = [] }) => [kind, ...leaves].join(" "))
      .join("; ") ||
    "no daemon has its numbers",
};

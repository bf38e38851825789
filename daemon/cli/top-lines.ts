/** What `deltad top` shows of one look, as lines of text. */
import type { ConnectionsAnswer } from "../admin/operator-connections.ts";
import type { StatisticsAnswer } from "../admin/operator-statistics.ts";

export interface TopView {
  readonly atMs: number;
  readonly statistics: StatisticsAnswer;
  readonly listed: ConnectionsAnswer;
}

type Shown = ConnectionsAnswer["connections"][number];

const COLUMNS: readonly (readonly [heading: string, width: number, cell: (shown: Shown, seconds: number) => string])[] =
  [
    ["CONNECTION", 10, ({ id }) => id.slice(0, 8)],
    ["DAEMON", 8, ({ daemon }) => daemon.slice(0, 6)],
    ["SUBJECT", 20, ({ subject, isAdmin }) => (subject ?? "-") + (isAdmin ? " (admin)" : "")],
    ["ADDRESS", 20, ({ address }) => address],
    ["FOR", 7, ({ since }, nowMs) => lasting(nowMs - Date.parse(since))],
    ["IN", 7, ({ messagesReceived }) => String(messagesReceived)],
    ["FRAMES", 8, ({ framesSent }) => String(framesSent)],
    ["BYTES", 8, ({ bytesSent }) => amount(bytesSent)],
    ["UNREAD", 8, ({ bufferedBytes, isBlocked }) => amount(bufferedBytes) + (isBlocked ? "!" : "")],
    ["TOPICS", 0, ({ topics, subscriptions }) => told(topics, subscriptions)],
  ];

/** @param before the look before, for what goes on in a second */
export function topLines({ atMs, statistics, listed }: TopView, before: TopView | undefined): string[] {
  const { all, bus, silent, isPartial } = statistics;
  const { subjects } = all;
  const users = subjects.least === subjects.most ? subjects.most : `${subjects.least} to ${subjects.most}`;
  return [
    `${new Date(atMs).toISOString()}  ${count(all.daemons, "daemon")}, ${count(all.connections, "connection")}, ${users} subjects, ${count(all.subscriptions, "subscription")}`,
    ...(silent > 0 ? [`${count(silent, "daemon")} did not answer: what is shown is of the others`] : []),
    ...(isPartial ? [`other daemons can't be heard (${bus.isUp ? "not yet" : bus.reason}): there may be more`] : []),
    `most subscribed: ${
      all.largestTopics
        .slice(0, 5)
        .map(({ topic, subscriptions }) => `${topic} ${subscriptions}`)
        .join(", ") || "nothing"
    }`,
    ...rates(listed, before, atMs),
    "",
    COLUMNS.map(([heading, width]) => heading.padEnd(width))
      .join(" ")
      .trimEnd(),
    ...listed.connections.map((shown) =>
      COLUMNS.map(([, width, cell]) => fitting(cell(shown, atMs), width))
        .join(" ")
        .trimEnd(),
    ),
    ...(listed.found > listed.connections.length ? [`… of ${listed.found}`] : []),
  ];
}

/** Of the connections that both looks show. */
function rates(listed: ConnectionsAnswer, before: TopView | undefined, atMs: number): string[] {
  if (before === undefined) return [];
  const earlier = new Map(before.listed.connections.map((one) => [one.id, one]));
  const seconds = (atMs - before.atMs) / 1_000;
  let [frames, bytes] = [0, 0];
  for (const { id, framesSent, bytesSent } of listed.connections) {
    const known = earlier.get(id);
    if (known === undefined) continue;
    frames += framesSent - known.framesSent;
    bytes += bytesSent - known.bytesSent;
  }
  return [`to those shown: ${(frames / seconds).toFixed(1)} frames/s, ${amount(bytes / seconds)}/s`];
}

function told(topics: readonly string[], subscriptions: number): string {
  const [first = "-", second] = topics;
  const shown = second === undefined ? first : `${first}, ${second}`;
  return subscriptions > 2 ? `${shown} and ${subscriptions - 2} more` : shown;
}

function fitting(text: string, width: number): string {
  // What is not printable would move the rest of the line: a subject may hold anything.
  const plain = text.replace(/[\p{C}\p{Z}]/gu, " ");
  if (width === 0) return plain;
  return plain.length > width ? `${plain.slice(0, width - 1)}…` : plain.padEnd(width);
}

function count(number: number, name: string): string {
  return `${number} ${name}${number === 1 ? "" : "s"}`;
}

function amount(bytes: number): string {
  if (bytes < 1_024) return String(Math.round(bytes));
  return bytes < 1_048_576 ? `${(bytes / 1_024).toFixed(1)}k` : `${(bytes / 1_048_576).toFixed(1)}M`;
}

function lasting(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)}h` : `${Math.floor(seconds / 86_400)}d`;
}

/** Who follows the topics that a row concerns, as the daemons' operators know it. */
import type { ConnectionsAnswer } from "../admin/operator-connections.ts";
import type { AdminClient } from "./admin-client.ts";

export interface TopicFollowers extends Pick<ConnectionsAnswer, "found" | "connections" | "silent" | "isPartial"> {
  readonly topic: string;
  /** Of the subject that was asked for: how many connections it has at all. */
  readonly ofSubject: number | undefined;
}

const MOST_SHOWN = 10;

export async function followersOf(
  client: Pick<AdminClient, "get">,
  topics: readonly string[],
  subject: string | undefined,
): Promise<TopicFollowers[]> {
  const list = async (query: Readonly<Record<string, string>>): Promise<ConnectionsAnswer> => {
    const path = `/admin/api/connections?${new URLSearchParams(query).toString()}`;
    return (await client.get(path)) as ConnectionsAnswer;
  };
  const whose = subject === undefined ? {} : { subject };
  const ofSubject = subject === undefined ? undefined : (await list({ subject, limit: "1" })).found;
  const followers: TopicFollowers[] = [];
  for (const topic of topics) {
    const { found, connections, silent, isPartial } = await list({ topic, ...whose, limit: String(MOST_SHOWN) });
    followers.push({ topic, found, connections, silent, isPartial, ofSubject });
  }
  return followers;
}

export function tellFollowers(followers: readonly TopicFollowers[]): string[] {
  return followers.flatMap(({ topic, found, connections, silent, isPartial, ofSubject }) => [
    told(topic, found, ofSubject),
    ...connections
      .filter(({ isBlocked }) => isBlocked)
      .map(
        ({ id, bufferedBytes }) =>
          `  Connection ${id} is blocked: it has not taken ${bufferedBytes} bytes, and gets one fresh snapshot once it has.`,
      ),
    ...(silent > 0 || isPartial ? ["  Not every daemon has answered: there may be more."] : []),
  ]);
}

function told(topic: string, found: number, ofSubject: number | undefined): string {
  if (found > 0)
    return `${topic} is followed by ${found} connection${found === 1 ? "" : "s"}${ofSubject === undefined ? "" : " of this subject"}.`;
  if (ofSubject === undefined) return `Nobody follows ${topic}.`;
  if (ofSubject === 0) return `This subject has no connection, so that it is told nothing of ${topic}.`;
  return `None of the ${ofSubject} connections of this subject follows ${topic}: it has not subscribed, or may not (it is no member, its token does not name it, or it was revoked).`;
}

/** What became of a transaction on the connections that follow a topic, as the daemons' recorders know it. */
import type { ToldAnswer } from "../admin/operator-frames.ts";
import type { AdminClient } from "./admin-client.ts";

export interface TopicTold extends ToldAnswer {
  readonly topic: string;
}

export async function toldOf(
  client: Pick<AdminClient, "get">,
  topics: readonly string[],
  transaction: string,
  subject: string | undefined,
): Promise<TopicTold[]> {
  const told: TopicTold[] = [];
  for (const topic of topics) {
    const query = new URLSearchParams({ topic, transaction, ...(subject !== undefined && { subject }) });
    told.push({ topic, ...((await client.get(`/admin/api/told?${query.toString()}`)) as ToldAnswer) });
  }
  return told;
}

export function tellTold(told: readonly TopicTold[]): string[] {
  return told.flatMap(({ topic, daemons }) =>
    daemons.flatMap(({ published, connections }) =>
      connections.flatMap(({ id, subject, delivery, ended }) => {
        const who = `Connection ${id}${subject === undefined ? "" : ` of ${subject}`}`;
        return [
          ...(delivery && published ? [`${who} ${deliveryText(topic, published.version, delivery)}`] : []),
          ...(ended ? [`${who} has ended at ${ended.at} (${ended.close}): ${ended.reason}.`] : []),
        ];
      }),
    ),
  );
}

type Told = ToldAnswer["daemons"][number]["connections"][number];

function deliveryText(
  topic: string,
  version: number,
  { how, version: inVersion, at, delayMs }: NonNullable<Told["delivery"]>,
): string {
  const when = `at ${at}, ${delayMs} ms after the frame was made`;
  const texts: Readonly<Record<typeof how, string>> = {
    sent: `was sent it as version ${version} of ${topic} ${when}.`,
    merged: `was sent it merged into version ${inVersion} of ${topic} ${when}: changes that come close together go out as one.`,
    whole: `has it with the whole of ${topic}, version ${inVersion} ${when}.`,
    blocked: `is blocked: it has not taken what it was sent before, and gets a fresh snapshot of ${topic} once it has.`,
    unsent: `was sent nothing of ${topic} since version ${version}, which has it.`,
    unknown: `was sent so much since that the frame with version ${version} of ${topic} is recorded no more.`,
  };
  return texts[how];
}

/** What a fake daemon does when a client changes rows. */
import type { SettledAnswer } from "../protocol/operation.ts";
import type { Operate } from "../protocol/up/operate.ts";
import type { Change, FakeChannel } from "./fake-channel.ts";
import type { FakeConnection } from "./fake-connection.ts";
import { type FakeLedger, isSettled, type Verdict } from "./fake-writes.ts";

interface Surroundings {
  readonly ledger: FakeLedger;
  /** The channel, where it may be seen. */
  readonly channelOf: (topic: string) => FakeChannel | undefined;
  readonly connections: Iterable<FakeConnection>;
  readonly epoch: string;
  readonly now: () => number;
}

/** Does it; answers ride with rows where the client is subscribed to their channel. */
export function operate(message: Operate, connection: FakeConnection, around: Surroundings): void {
  const { id, client, operations, atomic = false } = message;
  const { ledger, channelOf, connections, epoch, now } = around;
  const { subject } = connection;
  const changes = new Map<string, Change[]>(operations.map(({ topic }) => [topic, []]));
  const verdicts = ledger.operate(message, subject, (fresh) => run(fresh, atomic, changes, channelOf));
  const answered = operations.map(({ seq, topic }, at) => {
    const verdict = verdicts[at] as Verdict;
    return { topic, isSettled: isSettled(verdict), answer: { client, seq, ...verdict } };
  });
  for (const [topic, changed] of changes) {
    const settled = answered.filter((each) => each.topic === topic && each.isSettled);
    const channel = channelOf(topic);
    if (!channel || (changed.length === 0 && settled.length === 0)) continue;
    const frame = channel.changed(epoch, changed);
    const ops = settled.map(({ answer }) => answer as SettledAnswer);
    for (const each of connections) {
      if (each.subject === subject) each.publish(topic, { ...frame, ops });
      else if (changed.length > 0) each.publish(topic, frame);
    }
  }
  const direct = answered.filter((each) => !each.isSettled || !connection.isSubscribedTo(each.topic));
  connection.send({ type: "operated", timestamp: now(), id, answers: direct.map(({ answer }) => answer) });
}

/** Of a batch all, or none; else each by itself, until one must be repeated. */
function run(
  operations: readonly Operate["operations"][number][],
  isBatch: boolean,
  changes: ReadonlyMap<string, Change[]>,
  channelOf: Surroundings["channelOf"],
): readonly Verdict[] {
  const undo = [...changes.keys()].map((topic) => channelOf(topic)?.keep());
  let held: Verdict | undefined;
  const verdicts = operations.map((operation): Verdict => {
    const verdict = held ?? channelOf(operation.topic)?.operate(operation, changes.get(operation.topic) ?? []);
    if (verdict && !isSettled(verdict)) held = verdict;
    return verdict ?? { outcome: "forbidden" };
  });
  const at = verdicts.findIndex(({ outcome }) => outcome !== "applied");
  if (!isBatch || at < 0) return verdicts;
  for (const back of undo) back?.();
  for (const changed of changes.values()) changed.length = 0;
  const first = verdicts[at] as Verdict;
  const failed = operations[at]?.seq ?? 1;
  return verdicts.map(
    (_, each): Verdict => (each === at || !isSettled(first) ? first : { outcome: "aborted", failed }),
  );
}

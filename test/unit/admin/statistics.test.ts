import assert from "node:assert/strict";
import { it } from "node:test";
import { OperatorStatistics } from "../../../daemon/admin/operator-statistics.ts";
import { largest, total } from "../../../daemon/admin/statistics.ts";
import { ManualClock } from "../../support/manual-clock.ts";

it("Statistics of all daemons add up what adds up, and bound how many subjects there are", () => {
  const topics = (...counts: (readonly [string, number])[]) => largest(counts);
  const one = {
    connections: 5,
    subjects: 2,
    connectionsOfSubjects: 4,
    subscriptions: 9,
    largestTopics: topics(["room:1", 4], ["room:2", 5]),
  };
  const other = {
    connections: 3,
    subjects: 3,
    connectionsOfSubjects: 3,
    subscriptions: 3,
    largestTopics: topics(["room:1", 3]),
  };
  assert.deepEqual(total([one, other]), {
    daemons: 2,
    connections: 8,
    subjects: { least: 3, most: 5 },
    averagePerSubject: 1.4,
    subscriptions: 12,
    largestTopics: [
      { topic: "room:1", subscriptions: 7 },
      { topic: "room:2", subscriptions: 5 },
    ],
  });
  const nothing = { connections: 0, subjects: 0, connectionsOfSubjects: 0, subscriptions: 0, largestTopics: [] };
  assert.equal(total([nothing]).averagePerSubject, 0);
});

it("No more than the 20 largest topics are told", () => {
  const counts = Array.from({ length: 100 }, (_, nth): [string, number] => [`room:${nth}`, nth % 50]);
  const told = largest(counts);
  assert.equal(told.length, 20);
  assert.deepEqual(told[0], { topic: "room:49", subscriptions: 49 });
  const sorted = counts.toSorted(([name, one], [other, more]) => more - one || (name < other ? -1 : 1));
  assert.deepEqual(
    told,
    sorted.slice(0, 20).map(([topic, subscriptions]) => ({ topic, subscriptions })),
  );
});

it("Topics are counted once a second, however many ask", async () => {
  const clock = new ManualClock();
  let counts = 0;
  const api = new OperatorStatistics({
    gateway: {
      connections: 0,
      subjects: { subjects: 0, connectionsOfSubjects: 0 },
    },
    hub: {
      *subscriptions() {
        counts += 1;
        yield ["room:1", counts];
      },
    },
    questions: {
      ask: () => Promise.resolve({ answers: new Map(), missing: [], isPartial: false }),
      answer: () => undefined,
    },
    peers: { health: { isUp: true } },
    monotonicMs: clock.now,
  });
  const told = async (): Promise<number> => (await api.ask()).daemon.subscriptions;
  const first = [await told(), await told()];
  clock.advance(1_000);
  assert.deepEqual([...first, await told()], [1, 1, 2]);
});

/** How much goes on: at one daemon, and at all of them together. */
import * as v from "valibot";

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const topic = v.object({ topic: v.string(), subscriptions: count });

/** What a daemon tells of itself; others read it as well, be they of another release. */
export const STATISTICS = v.object({
  /** Open connections of clients. */
  connections: count,
  /** Different `sub`s among the tokens of these connections. */
  subjects: count,
  /** Of connections whose token has one. */
  connectionsOfSubjects: count,
  subscriptions: count,
  /** Those with the most, 20 at most. */
  largestTopics: v.array(topic),
});
export type Statistics = v.InferOutput<typeof STATISTICS>;

export interface TotalStatistics extends Omit<Statistics, "subjects" | "connectionsOfSubjects"> {
  readonly daemons: number;
  /** One may be connected to several daemons: no fewer than the most of one, no more than all of them together. */
  readonly subjects: { readonly least: number; readonly most: number };
  /** Connections of a subject, if each is at one daemon alone; 0 without any. */
  readonly averagePerSubject: number;
}

export const MOST_TOPICS = 20;

type Counted = readonly [topic: string, subscriptions: number];

export function total(all: readonly Statistics[]): TotalStatistics {
  const sum = (name: "connections" | "subjects" | "connectionsOfSubjects" | "subscriptions"): number =>
    all.reduce((before, statistics) => before + statistics[name], 0);
  const topics = new Map<string, number>();
  for (const { largestTopics } of all)
    for (const { topic, subscriptions } of largestTopics) topics.set(topic, (topics.get(topic) ?? 0) + subscriptions);
  const subjects = sum("subjects");
  return {
    daemons: all.length,
    connections: sum("connections"),
    subjects: { least: Math.max(0, ...all.map((each) => each.subjects)), most: subjects },
    averagePerSubject: averagePerSubject({ subjects, connectionsOfSubjects: sum("connectionsOfSubjects") }),
    subscriptions: sum("subscriptions"),
    largestTopics: largest(topics),
  };
}

/** Rounded to hundredths; 0 without subjects. */
export function averagePerSubject({
  subjects,
  connectionsOfSubjects,
}: Pick<Statistics, "subjects" | "connectionsOfSubjects">): number {
  return subjects === 0 ? 0 : Math.round((100 * connectionsOfSubjects) / subjects) / 100;
}

/** The topics with the most subscriptions first, those with as many by name. */
export function largest(topics: Iterable<Counted>): Statistics["largestTopics"] {
  const most: Counted[] = [];
  for (const topic of topics) {
    const at = most.findLastIndex((other) => isBefore(other, topic)) + 1;
    if (at === MOST_TOPICS) continue;
    most.splice(at, 0, topic);
    if (most.length > MOST_TOPICS) most.pop();
  }
  return most.map(([topic, subscriptions]) => ({ topic, subscriptions }));
}

function isBefore([name, subscriptions]: Counted, [other, others]: Counted): boolean {
  return subscriptions === others ? name < other : subscriptions > others;
}

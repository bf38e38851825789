import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { Owner } from "../../client/owner.ts";
import type { AnyStreamTypes } from "../../client/stream-types.ts";
import { parseTopic } from "../../protocol/topic.ts";
import { microsecondsOf } from "./microseconds.ts";
import { type Marketplace, oracleDocuments } from "./oracle.ts";
import { eventually } from "./real-time.ts";
import type { TestDatabase } from "./servers.ts";

const SETTLED_MS = 30_000;

/** Waits until a client shows, live, what the oracle says for the very instant that it shows. */
export async function untilRight(
  owner: Owner<AnyStreamTypes>,
  marketplace: Marketplace,
  database: TestDatabase,
): Promise<void> {
  const key = parseTopic(owner.topic)?.key ?? "";
  let complain = (): void => undefined;
  const isRight = async (): Promise<boolean> => {
    const { connection, metrics, asOf } = owner.getSnapshot();
    complain = () => assert.fail(`${owner.topic} is ${connection.state}`);
    if (connection.state !== "live" || asOf === undefined) return false;
    const expected = (await oracleDocuments(marketplace, database, microsecondsOf(asOf), [key])).get(key);
    const shown: unknown = JSON.parse(JSON.stringify(metrics));
    complain = () => assert.deepEqual(shown, expected);
    return isDeepStrictEqual(shown, expected);
  };
  await eventually(owner.topic, isRight, { everyMs: 50, withinMs: SETTLED_MS }).catch((error: unknown) => {
    complain();
    throw error;
  });
}

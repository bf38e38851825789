import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Owner } from "../../client/owner.ts";
import type { AnyStreamTypes } from "../../client/stream-types.ts";
import { parseTopic } from "../../protocol/topic.ts";
import { microsecondsOf } from "./microseconds.ts";
import { type Marketplace, oracleDocuments } from "./oracle.ts";
import type { TestDatabase } from "./servers.ts";

const SETTLED_MS = 30_000;

/** Waits until a client shows, live, what the oracle says for the very instant that it shows. */
export async function untilRight(
  owner: Owner<AnyStreamTypes>,
  marketplace: Marketplace,
  database: TestDatabase,
): Promise<void> {
  const key = parseTopic(owner.topic)?.key ?? "";
  const giveUpMs = performance.now() + SETTLED_MS;
  for (;;) {
    const { connection, metrics, asOf } = owner.getSnapshot();
    if (connection.state === "live" && asOf !== undefined) {
      const expected = (await oracleDocuments(marketplace, database, microsecondsOf(asOf), [key])).get(key);
      const shown: unknown = JSON.parse(JSON.stringify(metrics));
      if (isDeepStrictEqual(shown, expected)) return;
      if (performance.now() > giveUpMs) assert.deepEqual(shown, expected);
    } else if (performance.now() > giveUpMs) assert.fail(`${owner.topic} is ${connection.state}`);
    await setTimeout(50);
  }
}

/** Whether clients have what a recompute from the tables gives. */
import { isDeepStrictEqual } from "node:util";
import type pg from "pg";
import { DEMO, oracleDocuments } from "../../test/support/oracle.ts";

/** How many of these documents differ from their owner's recomputed one. */
export async function differing(
  session: pg.Client,
  documents: readonly (readonly [owner: string, document: unknown])[],
): Promise<number> {
  const query = async <Row>(sql: string, params: readonly unknown[] = []): Promise<Row[]> =>
    (await session.query(sql, [...params])).rows as Row[];
  const owners = documents.map(([owner]) => owner);
  const expected = await oracleDocuments(DEMO, { query }, BigInt(Date.now()) * 1000n, owners);
  return documents.filter(([owner, document]) => !isDeepStrictEqual(plain(document), plain(expected.get(owner))))
    .length;
}

/** Without prototypes and the order of keys, which mean nothing in JSON. */
function plain(document: unknown): unknown {
  return JSON.parse(JSON.stringify(document ?? null));
}

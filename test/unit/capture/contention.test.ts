import assert from "node:assert/strict";
import { it } from "node:test";
import { writersMayNotify } from "../../../daemon/capture/bell.ts";
import { Contention, refusable } from "../../../daemon/capture/contention.ts";
import type { Log } from "../../../daemon/config/log.ts";

const nowhere = (): void => undefined;
const SILENT: Log = { debug: nowhere, info: nowhere, warn: nowhere, error: nowhere };
const coded = (code: string): Error => Object.assign(new Error("refused"), { code });

it("writers notify unless their transactions may be prepared", () => {
  assert.deepEqual(
    [writersMayNotify(false, true), writersMayNotify(true, false), writersMayNotify(true, true)],
    [true, true, false],
  );
});

it("lock timeouts, serialization failures and deadlocks are refusals; any other error is none", async () => {
  for (const code of ["55P03", "40001", "40P01"]) {
    const error = coded(code);
    assert.deepEqual(await refusable(Promise.reject(error)), { error });
  }
  await assert.rejects(refusable(Promise.reject(coded("57014"))), coded("57014"));
  assert.deepEqual(await refusable(Promise.resolve(7)), { value: 7 });
});

it("a batch that PostgreSQL refuses is tried again for 10 s, then the refusal is final; loads wait by themselves", () => {
  const contention = new Contention(SILENT);
  const refusal = coded("55P03");
  assert.ok(contention.batchRefused(refusal, 1_000) > 0);
  assert.ok(contention.batchRefused(refusal, 11_000) > 0);
  assert.throws(() => contention.batchRefused(refusal, 11_001), refusal);
  contention.batchRead();
  assert.ok(contention.batchRefused(refusal, 99_000) > 0);
  assert.equal(contention.msUntilLoads(0), 0);
  contention.loadsRefused(refusal, 1_000);
  assert.ok(contention.msUntilLoads(1_000) > 0);
  assert.equal(contention.msUntilLoads(1_100), 0);
});

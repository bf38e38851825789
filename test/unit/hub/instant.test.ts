import assert from "node:assert/strict";
import { it } from "node:test";
import { isoInstant } from "../../../daemon/hub/instant.ts";

it("An instant keeps its microseconds, also before 1970 and far ahead", () => {
  assert.equal(isoInstant(1_778_245_509_123_456), "2026-05-08T13:05:09.123456Z");
  assert.equal(isoInstant(1_778_245_509_000_001), "2026-05-08T13:05:09.000001Z");
  assert.equal(isoInstant(-1), "1969-12-31T23:59:59.999999Z");
  assert.equal(isoInstant(7_258_118_400_000_000), "2200-01-01T00:00:00.000000Z");
});

import assert from "node:assert/strict";
import { it } from "node:test";
import { InvalidArgumentError } from "commander";
import { durationArgument } from "../../../daemon/cli/duration.ts";

it("a duration is a whole number above 0 and one of s, m, h, d", () => {
  assert.deepEqual(["90s", "30m", "1h", "7d"].map(durationArgument), [90, 1_800, 3_600, 604_800]);
  for (const text of ["", "1", "h", "0h", "-1h", "1.5h", "1 h", "1H", "1h30m", "1e3s"]) {
    assert.throws(() => durationArgument(text), InvalidArgumentError, text);
  }
});

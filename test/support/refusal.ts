import assert from "node:assert/strict";
import { ConfigError } from "../../daemon/config/errors.ts";
import { compile } from "../../daemon/plan/compile.ts";

/** The one line with which a configuration is refused. */
export function refusal(config: unknown): string {
  try {
    compile(config);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    assert.ok(!error.message.includes("\n"), error.message);
    return error.message;
  }
  return assert.fail("compile() took it");
}

import assert from "node:assert/strict";
import { it } from "node:test";
import { originCheck } from "../../../../daemon/gateway/http/origin.ts";
import type { Request } from "../../../../daemon/gateway/transports/transport.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

function setUp() {
  const clock = new ManualClock();
  const warnings: { readonly origin?: unknown; readonly text: string }[] = [];
  const isAllowed = originCheck({
    allowed: ["https://app.example"],
    now: clock.now,
    log: { warn: (fields, text) => warnings.push({ ...fields, text }) },
  });
  const from = (origin: string): boolean =>
    isAllowed({ header: (name) => ({ origin, host: "127.0.0.1:8080" })[name] } as Request);
  return { clock, warnings, from };
}

it("A refused origin is warned of by its name and what to do, once a minute", () => {
  const { clock, warnings, from } = setUp();
  for (let visit = 0; visit < 3; visit += 1) assert.equal(from("https://evil.example"), false);
  assert.equal(from("https://app.example"), true);
  assert.equal(warnings.length, 1);
  assert.equal(warnings[0]?.origin, "https://evil.example");
  assert.match(warnings[0]?.text ?? "", /add the origin to DELTAD_ORIGINS$/);
  clock.advance(60_000);
  from("https://evil.example");
  assert.equal(warnings.length, 2);
});

it("Of localhost, the warning says that 127.0.0.1 is another", () => {
  const { warnings, from } = setUp();
  assert.equal(from("http://localhost:8080"), false);
  assert.equal(from("http://127.0.0.1:8080"), true);
  assert.match(warnings[0]?.text ?? "", /localhost and 127\.0\.0\.1 are two origins/);
});

it("A flood of made-up origins is warned of twenty times a minute, each cut short", () => {
  const { warnings, from } = setUp();
  for (let made = 0; made < 1_000; made += 1) from(`https://${made}.${"x".repeat(5_000)}`);
  assert.equal(warnings.length, 20);
  assert.ok(warnings.every(({ origin }) => String(origin).length <= 200));
});

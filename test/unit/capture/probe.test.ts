import assert from "node:assert/strict";
import { it, type TestContext } from "node:test";
import { Probe } from "../../../daemon/capture/probe.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it("a probe that is not heard in time is told, also where heartbeats come faster than that", async (t: TestContext) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let late = 0;
  const probe = new Probe("me", 400, () => (late += 1));
  for (let i = 0; i < 4; i += 1) {
    probe.next();
    probe.sent();
    t.mock.timers.tick(101);
  }
  await turn();
  await turn();
  assert.equal(late, 1);
});

it("a probe heard in time is not told, whether it comes before the reply or after, and whatever others send", async (t: TestContext) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let late = 0;
  const probe = new Probe("me", 400, () => (late += 1));
  probe.heard(probe.next());
  probe.sent();
  t.mock.timers.tick(1_000);
  const second = probe.next();
  probe.sent();
  probe.heard("other:2");
  probe.heard("me:1");
  probe.heard("");
  probe.heard(second);
  t.mock.timers.tick(1_000);
  await turn();
  await turn();
  assert.equal(late, 0);
  probe.next();
  probe.sent();
  probe.heard("other:3");
  probe.heard("me:2");
  t.mock.timers.tick(401);
  await turn();
  await turn();
  assert.equal(late, 1);
});

it("a probe that came in while this process was held up counts as heard", async (t: TestContext) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let late = 0;
  const probe = new Probe("me", 400, () => (late += 1));
  const payload = probe.next();
  probe.sent();
  t.mock.timers.tick(5_000);
  probe.heard(payload);
  await turn();
  await turn();
  assert.equal(late, 0);
});

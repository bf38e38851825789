import assert from "node:assert/strict";
import { it } from "node:test";
import { type TokenReason, Tokens } from "../../../client/tokens.ts";

function setUp() {
  const asked: TokenReason[] = [];
  const clock = { now: 1_000 };
  const { signal } = new AbortController();
  const tokens = new Tokens(
    ({ reason }) => `token-${asked.push(reason)}`,
    () => clock.now,
  );
  return { asked, clock, tokens, take: (reason: TokenReason) => tokens.take(reason, signal) };
}

it("A token that works is used again", async () => {
  const { take, tokens, asked } = setUp();
  assert.equal(await take("connect"), "token-1");
  tokens.accepted({ timestamp: 50, expiresAt: 100 });
  assert.equal(await take("connect"), "token-1");
  assert.deepEqual(asked, ["connect"]);
});

it("An expired one is not, by the time that passed, whatever the daemon's clock says", async () => {
  const { take, tokens, asked, clock } = setUp();
  await take("connect");
  tokens.accepted({ timestamp: 500_000, expiresAt: 500_100 });
  clock.now += 99;
  assert.equal(await take("connect"), "token-1");
  clock.now += 1;
  assert.equal(await take("connect"), "token-2");
  assert.deepEqual(asked, ["connect", "expired"]);
});

it("A refused one is not, even if there was no other to be had", async () => {
  let fails = false;
  let count = 0;
  const tokens = new Tokens(
    () => (fails ? Promise.reject(new Error("away")) : `token-${(count += 1)}`),
    () => 0,
  );
  const { signal } = new AbortController();
  await tokens.take("connect", signal);
  fails = true;
  await assert.rejects(tokens.take("refused", signal), /away/);
  fails = false;
  assert.equal(await tokens.take("connect", signal), "token-2");
});

it("One that came too late does not take the place of a newer one", async () => {
  const answers: ((token: string) => void)[] = [];
  const tokens = new Tokens(
    () => new Promise((resolve) => answers.push(resolve)),
    () => 0,
  );
  const givenUp = new AbortController();
  const { signal } = new AbortController();
  const first = tokens.take("connect", givenUp.signal);
  givenUp.abort();
  const second = tokens.take("connect", signal);
  answers[1]?.("new");
  answers[0]?.("old");
  await Promise.all([first, second]);
  assert.equal(await tokens.take("connect", signal), "new");
});

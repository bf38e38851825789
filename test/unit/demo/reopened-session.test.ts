import assert from "node:assert/strict";
import { it } from "node:test";
import { ReopenedSession } from "../../../demo/cli/reopened-session.ts";
import type { Session } from "../../../daemon/database/session.ts";

function fakeSession(answer: number) {
  const state = { isOpen: true, closed: false };
  const session = {
    get isOpen() {
      return state.isOpen;
    },
    query: () => Promise.resolve([{ answer }]),
    close: () => {
      state.closed = true;
      return Promise.resolve();
    },
  };
  return { state, session: session as unknown as Session };
}

it("a lost session is opened again at its next use, and one that could not be opened is tried again", async () => {
  const fakes = [fakeSession(1), fakeSession(2)];
  let opened = 0;
  let refuse = true;
  const database = new ReopenedSession(async () => {
    if (refuse) throw new Error("the server is away");
    const fake = fakes[opened];
    opened += 1;
    assert.ok(fake);
    return fake.session;
  });

  await assert.rejects(database.query("select"), /is away/);
  refuse = false;
  assert.deepEqual(await database.query("select"), [{ answer: 1 }]);
  assert.deepEqual(await database.query("select"), [{ answer: 1 }]);
  assert.equal(opened, 1);

  const [first, second] = fakes;
  assert.ok(first && second);
  first.state.isOpen = false;
  assert.deepEqual(await database.query("select"), [{ answer: 2 }]);
  await database.close();
  assert.equal(second.state.closed, true);
});

it("closing a session that was never used opens none", async () => {
  const database = new ReopenedSession(() => assert.fail("it was opened"));
  await database.close();
});

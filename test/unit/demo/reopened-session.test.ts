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

it("uses at the same time share one session, at first and after a loss, and no session is left open", async () => {
  const fakes: ReturnType<typeof fakeSession>[] = [];
  const database = new ReopenedSession(() => {
    const fake = fakeSession(fakes.length + 1);
    fakes.push(fake);
    return Promise.resolve(fake.session);
  });
  const three = () => Promise.all([1, 2, 3].map(() => database.query("select")));
  const all = (answer: number) => Array.from({ length: 3 }, () => [{ answer }]);
  assert.deepEqual(await three(), all(1));
  const [first] = fakes;
  assert.ok(first);
  first.state.isOpen = false;
  assert.deepEqual(await three(), all(2));
  await database.close();
  assert.deepEqual(
    fakes.map(({ state }) => state.closed),
    [false, true],
  );
});

it("one that is being opened is closed too, and after closing none is opened", async () => {
  const fake = fakeSession(1);
  const opened: (() => void)[] = [];
  const database = new ReopenedSession(() => new Promise((resolve) => opened.push(() => resolve(fake.session))));
  const used = database.query("select");
  const closed = database.close();
  opened[0]?.();
  await closed;
  assert.deepEqual(await used, [{ answer: 1 }]);
  assert.equal(fake.state.closed, true);
  await assert.rejects(database.query("select"), /closed/);
  assert.equal(opened.length, 1);
});

it("closing a session that was never used opens none", async () => {
  const database = new ReopenedSession(() => assert.fail("it was opened"));
  await database.close();
});

import assert from "node:assert/strict";
import { it } from "node:test";
import { ChannelAccess } from "../../../daemon/channels/channel-access.ts";
import type { TextRow } from "../../../daemon/database/session.ts";
import { TAG } from "../../../daemon/plan/row-tag.ts";
import { USER } from "../../support/channel-hub.ts";
import { CHANNEL } from "../../support/posts-channel.ts";

const PLAN = { ...CHANNEL, members: { kind: "user", column: "host" } } as const;
const row = (who: string | null): TextRow => [String(TAG.channelWho), "1", who, null, "1", null, null];

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A look-up that waits until the test answers it. */
function accessRig() {
  const answers: ((rows: TextRow[]) => void)[] = [];
  const session = { rows: async () => new Promise<TextRow[]>((resolve) => answers.push(resolve)) };
  const access = new ChannelAccess({
    plan: {
      ...PLAN,
      tables: [{ source: "rooms", schema: "public", table: "rooms", columns: [], key: "id", owner: "id" }],
    },
    sessions: { run: async (work) => work(session) },
    audienceOf: () => undefined,
    monotonicMs: () => 0,
  });
  const ask = (): Promise<boolean> => Promise.resolve(access.maySee("1", { ...USER, bearer: "ana" }));
  return { access, answers, ask };
}

it("an answer from before its user was let in is asked for again; one that nothing has overtaken is not", async () => {
  const { access, answers, ask } = accessRig();
  const late = ask();
  await turn();
  access.letIn("1", { user: "ana" });
  answers[0]?.([row(null)]);
  await turn();
  assert.equal(answers.length, 2);
  answers[1]?.([row(null), row("ana")]);
  assert.equal(await late, true);

  const other = ask();
  await turn();
  access.letIn("2", { user: "ana" });
  access.letIn("1", { user: "bob" });
  access.letIn("1", { owner: "7" });
  answers[2]?.([row(null)]);
  assert.equal(await other, false);
  assert.equal(answers.length, 3);
});

it("a look-up that is overtaken again and again ends all the same, and says that nobody knows", async () => {
  const { access, answers, ask } = accessRig();
  const asked = ask();
  const ended = asked.then(
    (isAdmitted) => String(isAdmitted),
    (error: unknown) => String(error),
  );
  for (let round = 0; round < 10; round += 1) {
    await turn();
    access.letIn("1", { user: "ana" });
    answers[round]?.([row(null)]);
  }
  assert.match(await Promise.race([ended, turn().then(() => "no end")]), /changes faster than it can be looked up/);
});

import assert from "node:assert/strict";
import { it } from "node:test";
import { INITIAL_CONNECTION } from "../../../client/connection-machine.ts";
import { TopicStore } from "../../../client/topic-store.ts";
import { ManualClock } from "../../support/manual-clock.ts";

/** As many rows of one statement are told one by one. */
const MOST_OF_A_STATEMENT = 5_000;

it("Events of a commit that come again after a broken connection are told once, however many a statement has", () => {
  const store = new TopicStore("owner:1", {
    ...new ManualClock().parts,
    connection: () => INITIAL_CONNECTION,
    report: (error) => assert.fail(String(error)),
    follow: () => undefined,
    socket: () => undefined,
  });
  const told: string[] = [];
  store.on("*", ({ id }) => told.push(id));
  const ids = Array.from({ length: MOST_OF_A_STATEMENT }, (_, at) => `event ${at}`);
  for (const id of [...ids, ...ids])
    store.receiveEvent({ type: "sold", timestamp: 0, topic: "owner:1", id, cursor: "c", data: {} });
  assert.deepEqual(told, ids);
});

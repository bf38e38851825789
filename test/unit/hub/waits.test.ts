import assert from "node:assert/strict";
import { it } from "node:test";
import { Hub } from "../../../daemon/hub/hub.ts";
import { ownerTopics } from "../../../daemon/topics/owner/owner-topic.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { StandInPublisher } from "../../support/stand-in-publisher.ts";

const settled = (): Promise<void> => new Promise(setImmediate);
const ignore = (): void => undefined;

it("Who is blocked has not got what others have, and hears of it once it has drained", async () => {
  const clock = new ManualClock();
  const { now, setTimeout, clearTimeout } = clock;
  const timers = { now, setTimeout, clearTimeout };
  const publisher = new StandInPublisher();
  const log = { debug: ignore, info: ignore, warn: ignore, error: assert.fail };
  const hub = new Hub({
    kinds: new Map([["owner", ownerTopics({ demand: publisher, cursorOf: () => "cursor", now })]]),
    minIntervalMs: 0,
    idleMs: 60_000,
    log,
    setImmediate,
    ...timers,
  });
  publisher.connect((update) => hub.publish("owner", update.owner, update));
  publisher.documents.set("7", { total: 1 });
  const slow = { blocked: false, send: ignore };
  const [quick, late] = [hub.subscribe("owner:7", { blocked: false, send: ignore }), hub.subscribe("owner:7", slow)];
  slow.blocked = true;
  publisher.patch("7", { total: 2 });
  await settled();
  const heard: string[] = [];
  const wait = (who: string, subscription: typeof late): void =>
    hub.wait(
      "owner:7",
      subscription,
      { receipt: { incarnation: publisher.incarnation, xid: 1n }, timeoutMs: 1_000 },
      (outcome) => heard.push(`${who} ${outcome}`),
    );
  wait("late", late);
  wait("quick", quick);
  await settled();
  assert.deepEqual(heard, ["quick reached"]);
  slow.blocked = false;
  late.catchUp();
  clock.advance(50);
  await settled();
  assert.deepEqual(heard, ["quick reached", "late reached"]);
  hub.stop();
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Announcer, type Sayable } from "../../../../react/display/announcer.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

function rig() {
  const clock = new ManualClock();
  const said: string[] = [];
  const announcer = new Announcer({
    now: clock.now,
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
    say: (sentence) => said.push(sentence),
  });
  let shown: Sayable = {
    state: "Live",
    unread: 0,
    news: (count) => `${count} new`,
    figures: new Map([["Today", "1"]]),
  };
  const show = (change: Partial<Sayable> = {}): void => {
    shown = { ...shown, ...change };
    announcer.show(shown);
  };
  show();
  return { clock, said, show, announcer };
}

const today = (text: string): Pick<Sayable, "figures"> => ({ figures: new Map([["Today", text]]) });

describe("What the display reads out", () => {
  it("is nothing of what was there at first", () => {
    const { clock, said, show } = rig();
    show();
    clock.advance(60_000);
    assert.deepEqual(said, []);
  });

  it("is what came together in one sentence, and at most one sentence in ten seconds", () => {
    const { clock, said, show } = rig();
    show(today("2"));
    show({ unread: 1 });
    clock.advance(1_000);
    assert.deepEqual(said, ["1 new. Today: 2"]);
    for (const text of ["3", "4", "5"]) {
      show(today(text));
      clock.advance(2_000);
    }
    assert.equal(said.length, 1);
    clock.advance(3_500);
    assert.deepEqual(said, ["1 new. Today: 2", "Today: 5"]);
    show({ state: "Stopped" });
    clock.advance(10_000);
    assert.equal(said.at(-1), "Stopped");
  });

  it("is nothing of what came back to what it was", () => {
    const { clock, said, show } = rig();
    show({ state: "Reconnecting" });
    show({ state: "Live" });
    clock.advance(60_000);
    assert.deepEqual(said, []);
  });

  it("counts events since they were cleared", () => {
    const { clock, said, show } = rig();
    show({ unread: 5 });
    clock.advance(10_000);
    show({ unread: 0 });
    show({ unread: 6 });
    clock.advance(10_000);
    assert.deepEqual(said, ["5 new", "6 new"]);
  });

  it("is of many numbers the first three", () => {
    const { clock, said, show } = rig();
    show({ figures: new Map(["a", "b", "c", "d"].map((name) => [name, "9"])) });
    clock.advance(10_000);
    assert.deepEqual(said, ["a: 9. b: 9. c: 9"]);
  });

  it("is nothing once it has stopped", () => {
    const { clock, said, show, announcer } = rig();
    show({ unread: 1 });
    announcer.stop();
    clock.advance(60_000);
    assert.deepEqual(said, []);
  });
});

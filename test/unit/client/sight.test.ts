/** Alone in its process: it has a page there. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Attendance } from "../../../client/channels/attendance.ts";
import { openChannel } from "../../../client/channels/channel.ts";
import { createClient } from "../../../client/client.ts";
import type { Up } from "../../../protocol/up.ts";
import { FakeDaemon } from "../../../testing/fake-daemon.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const settle = () => new Promise(setImmediate);

/** A browser's document, as far as the client looks at it. */
class Page extends EventTarget {
  visibilityState = "visible";
  readonly listening: string[] = [];

  override addEventListener(type: string, listener: () => void): void {
    this.listening.push(type);
    super.addEventListener(type, listener);
  }

  override removeEventListener(type: string, listener: () => void): void {
    this.listening.splice(this.listening.indexOf(type), 1);
    super.removeEventListener(type, listener);
  }

  show(state: "visible" | "hidden"): void {
    this.visibilityState = state;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

describe("That the page can't be seen", () => {
  let page: Page;
  beforeEach(() => {
    page = new Page();
    Object.assign(globalThis, { document: page });
  });
  afterEach(() => {
    Reflect.deleteProperty(globalThis, "document");
  });

  function client(daemon: FakeDaemon) {
    const { url, WebSocket } = daemon;
    const environment = { WebSocket, random: () => 1, onWake: () => () => undefined };
    return createClient({ url, getToken: () => "token", environment });
  }

  it("is said by each channel that shows who is there, by one listener for all, and anew after a lost connection", async () => {
    const daemon = new FakeDaemon();
    const page42 = client(daemon);
    const [one, two, none] = ["1", "2", "3"].map((key) => openChannel(page42, "room", key));
    for (const name of ["room:1", "room:2"] as const) daemon.channel(name).setPresence([]);
    daemon.channel("room:3").setRows("messages", []);
    const undos = [one, two, none].map((channel) => channel?.presence.subscribe(() => undefined));
    page42.connect();
    await settle();
    assert.deepEqual([page.listening, daemon.channel("room:1").said], [["visibilitychange"], []]);
    page.show("hidden");
    await settle();
    const away = { isAway: true };
    for (const name of ["room:1", "room:2"] as const) assert.deepEqual(daemon.channel(name).said, [away]);
    daemon.cut();
    await settle();
    assert.deepEqual(page.listening, []);
    page42.connect();
    await settle();
    one?.present("busy");
    await settle();
    page.show("visible");
    await settle();
    assert.deepEqual(daemon.channel("room:1").said, [away, away, { state: "busy" }, { isAway: false }]);
    assert.deepEqual(daemon.channel("room:2").said, [away, away, { isAway: false }]);
    assert.deepEqual(daemon.channel("room:3").said, []);
    undos[0]?.();
    await settle();
    assert.deepEqual(page.listening, ["visibilitychange"]);
    page42.close();
    assert.deepEqual(page.listening, []);
  });

  it("is not said where nobody has told who is there: there is no presence, or it is to come", () => {
    const sent: Up[] = [];
    const socket = { send: (message: Up) => sent.push(message) };
    const options = { ...new ManualClock().parts, report: () => assert.fail(), socket: () => socket };
    const attendance = new Attendance("room:42", options, () => undefined);
    page.visibilityState = "hidden";
    attendance.subscribed();
    assert.equal(sent.length, 0);
    attendance.receive({ type: "presence", timestamp: 0, topic: "room:42", count: 0, users: [] });
    assert.deepEqual(
      sent.map((each) => each.type === "present" && each.away),
      [true],
    );
    attendance.lost();
  });
});

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { type AnyStreamTypes, type Client, createClient } from "../../../client/client.ts";
import { memoryStore } from "../../../client/sync/queue-store.ts";
import { createSync, type Document, type Sync } from "../../../client/sync/sync.ts";
import { FakeDaemon } from "../../../testing/fake-daemon.ts";
import { BrowserTabs } from "../../support/browser-tabs.ts";
import { ManualClock } from "../../support/manual-clock.ts";

interface Widget {
  readonly title: string;
  readonly x: number;
  readonly y: number;
}
type Kinds = Readonly<Record<"board", { readonly widgets: Widget }>>;

interface Tab {
  readonly client: Client;
  readonly sync: Sync<Kinds>;
  readonly board: Document<Kinds["board"]>;
  readonly stop: () => void;
}

const DAY_MS = 86_400_000;
const settle = async () => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
};

describe("Rows that clients change", () => {
  let clock: ManualClock;
  let daemon: FakeDaemon<AnyStreamTypes, Kinds>;
  let browser: BrowserTabs;
  let tabs: Tab[];
  let errors: string[];

  function openTab(subject = "ana", own = browser, board = "1"): Tab {
    const client = createClient({
      url: daemon.url,
      getToken: () => subject,
      onError: (error) => errors.push(String(error)),
      environment: { ...clock.parts, WebSocket: daemon.WebSocket, random: () => 1 },
    });
    const sync = createSync<Kinds>(client, { subject, environment: own.environment });
    const document = sync.document("board", board);
    const stops = [document.rows("widgets").subscribe(() => undefined), sync.start(), client.close];
    client.connect();
    const tab = { client, sync, board: document, stop: () => stops.forEach((stop) => stop()) };
    tabs.push(tab);
    return tab;
  }
  const control = () => daemon.channel("board:1");
  const rows = ({ board }: Tab) =>
    (board.rows("widgets").getSnapshot().items ?? []).map(({ key, row }) => `${key} ${row.title} ${row.x},${row.y}`);
  const status = ({ sync }: Tab) => {
    const { state, count } = sync.status.getSnapshot();
    return count > 0 ? `${state} ${count}` : state;
  };
  const done = () => control().operations.map(({ seq, op, key }) => `#${seq} ${op} ${key}`);
  const move = ({ board }: Tab, key: string, x: number, y = 0) =>
    board.change((edits) => edits.set("widgets", key, "geometry", { x, y }));
  const name = ({ board }: Tab, key: string, title: string) =>
    board.change((edits) => edits.set("widgets", key, "title", { title }));

  beforeEach(() => {
    clock = new ManualClock();
    daemon = new FakeDaemon(clock);
    browser = new BrowserTabs();
    tabs = [];
    errors = [];
    control().setRows("widgets", [
      { key: "a", row: { title: "A", x: 0, y: 0 } },
      { key: "b", row: { title: "B", x: 1, y: 0 } },
    ]);
    const registers = { geometry: { fields: ["x", "y"] }, title: { fields: ["title"], isChecked: true } };
    control().allowWrites("widgets", { registers, insert: true, delete: true });
  });
  afterEach(async () => {
    for (const { stop } of tabs) stop();
    await settle();
    assert.deepEqual([daemon.connections, clock.pending, errors], [0, 0, []]);
  });

  it("show at once, and are done", async () => {
    const tab = openTab();
    await settle();
    move(tab, "a", 5);
    tab.board.change((edits) => {
      edits.insert("widgets", "c", { title: "C", x: 2, y: 2 });
      edits.delete("widgets", "b");
    });
    const shown = ["a A 5,0", "c C 2,2"];
    assert.deepEqual([rows(tab), status(tab)], [shown, "pending 3"]);
    assert.deepEqual([...tab.board.rows("widgets").getSnapshot().pending], ["a", "c", "b"]);
    await settle();
    assert.deepEqual([rows(tab), status(tab), done()], [shown, "synced", ["#1 set a", "#2 insert c", "#3 delete b"]]);
  });

  it("are nothing where all is so already", async () => {
    const tab = openTab();
    await settle();
    assert.deepEqual([move(tab, "a", 0).size, status(tab)], [0, "synced"]);
  });

  it("a frame never touches a register with an own operation under way, and touches the row's others", async () => {
    const tab = openTab();
    await settle();
    control().answerBy(() => ({ outcome: "retry", reason: "lock" }));
    const seen: string[] = [];
    tab.board.rows("widgets").subscribe(() => seen.push(rows(tab)[0] ?? ""));
    move(tab, "a", 5);
    await settle();
    control().update("widgets", "a", { title: "theirs", x: 9, y: 9 });
    await settle();
    assert.equal(rows(tab)[0], "a theirs 5,0");
    control().answerBy(() => undefined);
    clock.advance(1_000);
    await settle();
    assert.deepEqual([rows(tab)[0], status(tab)], ["a theirs 5,0", "synced"]);
    assert.ok(
      seen.every((row) => row.endsWith("5,0")),
      seen.join(),
    );
  });

  it("their user is told what they overwrote unseen", async () => {
    const tab = openTab();
    await settle();
    daemon.cut();
    await settle();
    control().update("widgets", "a", { title: "A", x: 7, y: 7 });
    const told: unknown[] = [];
    tab.sync.onOverwrote(({ key }, overwrote) => told.push([key, overwrote]));
    move(tab, "a", 5);
    tab.client.connect();
    await settle();
    assert.deepEqual([told, rows(tab)[0]], [[["a", { x: 7, y: 7 }]], "a A 5,0"]);
  });

  it("wait without a connection, a drag as one, and are sent when there is one", async () => {
    const tab = openTab();
    await settle();
    daemon.cut();
    await settle();
    for (const x of [1, 2, 3]) move(tab, "a", x);
    name(tab, "b", "named");
    assert.deepEqual([rows(tab), status(tab)], [["a A 3,0", "b named 1,0"], "offline 2"]);
    await settle();
    tab.client.connect();
    await settle();
    assert.deepEqual(
      [rows(tab), status(tab), done()],
      [["a A 3,0", "b named 1,0"], "synced", ["#1 set a", "#2 set b"]],
    );
  });

  it("are kept for the next start of the browser", async () => {
    const first = openTab();
    await settle();
    daemon.reachable = false;
    daemon.cut();
    await settle();
    move(first, "a", 5);
    await settle();
    first.stop();
    daemon.reachable = true;
    const next = openTab();
    await settle();
    assert.deepEqual([rows(next)[0], status(next), done()], ["a A 5,0", "synced", ["#1 set a"]]);
  });

  it("an answer that was lost with the socket is asked for again: each is done once", async () => {
    const tab = openTab();
    await settle();
    control().answerBy(() => {
      daemon.cut();
      return undefined;
    });
    move(tab, "a", 5);
    await settle();
    control().answerBy(() => undefined);
    tab.client.connect();
    await settle();
    clock.advance(1_000);
    await settle();
    assert.deepEqual([rows(tab)[0], status(tab), done()], ["a A 5,0", "synced", ["#1 set a"]]);
  });

  it("of one that fails the user is told, it is shown no more, and no other waits for it", async () => {
    const tab = openTab();
    await settle();
    control().answerBy(({ key }) =>
      key === "a" ? { outcome: "invalid", reason: "no", constraint: "apart" } : undefined,
    );
    move(tab, "a", 5);
    move(tab, "b", 6);
    await settle();
    clock.advance(200);
    await settle();
    assert.deepEqual([rows(tab), status(tab)], [["a A 0,0", "b B 6,0"], "attention 1"]);
    const [failed] = tab.sync.failures.getSnapshot();
    assert.deepEqual([failed?.key, failed?.failure], ["a", { outcome: "invalid", reason: "no", constraint: "apart" }]);
    control().answerBy(() => undefined);
    if (failed) tab.sync.decide(failed, "mine");
    clock.advance(200);
    await settle();
    assert.deepEqual([rows(tab)[0], status(tab)], ["a A 5,0", "synced"]);
  });

  it("only `retry` holds them, and they go on by themselves", async () => {
    const tab = openTab();
    await settle();
    let refusals = 3;
    control().answerBy(() => (refusals-- > 0 ? { outcome: "retry", reason: "deadlock" } : undefined));
    move(tab, "a", 5);
    move(tab, "b", 6);
    for (const waitMs of [1_000, 2_000, 4_000]) {
      await settle();
      assert.equal(status(tab), "pending 2");
      clock.advance(waitMs);
    }
    await settle();
    clock.advance(200);
    await settle();
    assert.deepEqual([rows(tab), status(tab)], [["a A 5,0", "b B 6,0"], "synced"]);
  });

  for (const [decision, title] of [
    ["mine", "mine"],
    ["theirs", "theirs"],
    [{ merged: { title: "both" } }, "both"],
  ] as const)
    it(`a conflict is data, and is decided: ${title}`, async () => {
      const [ana, bob] = [openTab("ana"), openTab("bob", new BrowserTabs())];
      await settle();
      name(bob, "a", "theirs");
      name(ana, "a", "mine");
      await settle();
      const [lost, won] = status(ana) === "synced" ? [bob, ana] : [ana, bob];
      assert.deepEqual([status(lost), status(won)], ["conflict 1", "synced"]);
      const [conflict] = lost.sync.failures.getSnapshot();
      const theirs = rows(won)[0]?.split(" ")[1];
      assert.deepEqual(conflict?.failure, { outcome: "conflict", current: { title: theirs } });
      assert.ok(conflict);
      lost.sync.decide(conflict, decision);
      clock.advance(200);
      await settle();
      const wanted = title === "both" ? "both" : title === "theirs" ? theirs : String(conflict.value?.["title"]);
      assert.deepEqual([rows(lost)[0], rows(won)[0], status(lost)], [`a ${wanted} 0,0`, `a ${wanted} 0,0`, "synced"]);
    });

  it("of many that the daemon does not take at once, the one that is why fails alone", async () => {
    const tab = openTab();
    await settle();
    daemon.cut();
    await settle();
    move(tab, "a", 5);
    tab.board.change((edits) => edits.delete("widgets", "k".repeat(2_000)));
    move(tab, "b", 6);
    tab.client.connect();
    for (let sent = 0; sent < 6; sent += 1) {
      await settle();
      clock.advance(200);
    }
    await settle();
    assert.deepEqual([rows(tab), status(tab)], [["a A 5,0", "b B 6,0"], "attention 1"]);
    assert.equal(tab.sync.failures.getSnapshot()[0]?.failure?.outcome, "refused");
    assert.ok(errors.splice(0).every((error) => /invalid_message/.test(error)));
  });

  it("a week old, they are not sent unasked, and not thrown away", async () => {
    const tab = openTab();
    await settle();
    daemon.reachable = false;
    daemon.cut();
    await settle();
    move(tab, "a", 5);
    await settle();
    clock.sleep(8 * DAY_MS);
    daemon.reachable = true;
    tab.client.connect();
    await settle();
    assert.deepEqual([rows(tab)[0], status(tab), done()], ["a A 0,0", "attention 1", []]);
    const [old] = tab.sync.failures.getSnapshot();
    assert.deepEqual(old?.failure, { outcome: "expired" });
    if (old) tab.sync.decide(old, "mine");
    await settle();
    assert.deepEqual([rows(tab)[0], status(tab)], ["a A 5,0", "synced"]);
  });

  describe("of several tabs of a browser", () => {
    it("are shown by all, sent by one in order, and answered in each with the rows", async () => {
      const [first, second, third] = [openTab(), openTab(), openTab()];
      await settle();
      daemon.cut();
      await settle();
      for (let at = 0; at < 99; at += 1) {
        const tab = [first, second, third][at % 3];
        tab?.board.change((edits) => edits.insert("widgets", `k${at}`, { title: "t", x: at, y: 0 }));
        await settle();
      }
      assert.deepEqual(tabs.map(status), ["offline 99", "offline 99", "offline 99"]);
      for (const { client } of tabs) client.connect();
      for (let sent = 0; sent < 3; sent += 1) {
        await settle();
        clock.advance(200);
      }
      await settle();
      assert.deepEqual(tabs.map(status), ["synced", "synced", "synced"]);
      assert.deepEqual(
        done(),
        Array.from({ length: 99 }, (_, at) => `#${at + 1} insert k${at}`),
      );
      assert.ok(tabs.every((tab) => rows(tab).length === 101));
    });

    it("are sent by another when the one that sends is closed", async () => {
      const [first, second] = [openTab(), openTab()];
      await settle();
      first.stop();
      await settle();
      move(second, "a", 5);
      await settle();
      assert.deepEqual([rows(second)[0], status(second), done()], ["a A 5,0", "synced", ["#1 set a"]]);
    });

    it("stay on screen where the sender hears of the answer before the rows come", async () => {
      const [first, second] = [openTab("ana", browser, "2"), openTab()];
      await settle();
      const seen: string[] = [];
      second.board.rows("widgets").subscribe(() => seen.push(rows(second)[0] ?? ""));
      move(second, "a", 5);
      await settle();
      assert.deepEqual([status(first), status(second), done()], ["synced", "synced", ["#1 set a"]]);
      assert.ok(seen.length > 0 && seen.every((row) => row === "a A 5,0"), seen.join());
    });
  });

  it("of a cloned profile go on by another client, and none is lost", async () => {
    const original = openTab();
    await settle();
    move(original, "a", 5);
    await settle();
    const clone = new BrowserTabs();
    for (const [name, store] of browser.kept) {
      const queue = await store.change((kept) => structuredClone(kept) as never);
      clone.kept.set(name, memoryStore(structuredClone(queue)));
    }
    move(original, "a", 6);
    clock.advance(200);
    await settle();
    const cloned = openTab("ana", clone);
    await settle();
    move(cloned, "b", 7);
    move(cloned, "a", 8);
    for (let sent = 0; sent < 4; sent += 1) {
      clock.advance(1_000);
      await settle();
    }
    assert.deepEqual([status(cloned), status(original), rows(original)], ["synced", "synced", ["a A 8,0", "b B 7,0"]]);
  });

  it("that the database remembers no more are told, and what comes next is done", async () => {
    const tab = openTab();
    await settle();
    move(tab, "a", 5);
    await settle();
    daemon.forgetOperations();
    move(tab, "a", 6);
    clock.advance(200);
    await settle();
    assert.deepEqual(
      [status(tab), tab.sync.failures.getSnapshot()[0]?.failure],
      ["attention 1", { outcome: "pruned" }],
    );
    move(tab, "b", 7);
    clock.advance(200);
    await settle();
    assert.deepEqual([status(tab), rows(tab)[1]], ["attention 1", "b B 7,0"]);
  });

  it("where the browser keeps nothing are kept in memory, and that is said", async () => {
    const refusing = new BrowserTabs();
    const { environment } = refusing;
    Object.defineProperty(refusing, "environment", {
      value: { ...environment, openStore: () => Promise.reject(new Error("refused")) },
    });
    const tab = openTab("ana", refusing);
    await settle();
    move(tab, "a", 5);
    await settle();
    assert.deepEqual([status(tab), rows(tab)[0], tab.sync.status.getSnapshot().isKept], ["synced", "a A 5,0", false]);
    assert.deepEqual(errors.splice(0), ["Error: refused"]);
  });

  describe("a batch", () => {
    it("is done all or none, and told as one", async () => {
      const tab = openTab();
      await settle();
      tab.board.batch((edits) => {
        edits.set("widgets", "a", "geometry", { x: 5, y: 0 });
        edits.insert("widgets", "b", { title: "again", x: 0, y: 0 });
      });
      await settle();
      assert.deepEqual([rows(tab), status(tab)], [["a A 0,0", "b B 1,0"], "attention 1"]);
      const [failed] = tab.sync.failures.getSnapshot();
      assert.deepEqual([failed?.key, failed?.failure?.outcome], ["b", "invalid"]);
      if (failed) tab.sync.decide(failed, "theirs");
      assert.deepEqual([status(tab), tab.sync.failures.getSnapshot()], ["synced", []]);
    });

    it("is refused at once where no message holds it", async () => {
      const tab = openTab();
      await settle();
      const many = () =>
        tab.board.batch((edits) => {
          for (let at = 0; at < 65; at += 1) edits.delete("widgets", `k${at}`);
        });
      assert.throws(many, RangeError);
      assert.throws(() => name(tab, "a", "x".repeat(16_000)), RangeError);
      assert.equal(status(tab), "synced");
    });
  });

  describe("are undone", () => {
    it("and done again, but where somebody else has changed the same since", async () => {
      const tab = openTab();
      await settle();
      const change = tab.board.change((edits) => {
        edits.set("widgets", "a", "geometry", { x: 5, y: 5 });
        edits.set("widgets", "b", "title", { title: "named" });
        edits.insert("widgets", "c", { title: "C", x: 2, y: 2 });
      });
      await settle();
      control().update("widgets", "b", { title: "theirs", x: 1, y: 0 });
      await settle();
      const undone = change.undo();
      assert.deepEqual([undone.size, rows(tab)], [2, ["a A 0,0", "b theirs 1,0"]]);
      clock.advance(200);
      await settle();
      const redone = undone.undo();
      assert.deepEqual([redone.size, rows(tab)], [2, ["a A 5,5", "b theirs 1,0", "c C 2,2"]]);
      clock.advance(200);
      await settle();
      assert.equal(status(tab), "synced");
    });

    it("a row that was deleted comes back as it was", async () => {
      const tab = openTab();
      await settle();
      const change = tab.board.change((edits) => edits.delete("widgets", "b"));
      await settle();
      change.undo();
      clock.advance(200);
      await settle();
      assert.deepEqual([rows(tab), status(tab)], [["a A 0,0", "b B 1,0"], "synced"]);
    });
  });

  it("a layout is restored whole: what is new stays, what was deleted comes back where that is wanted; and that is undone", async () => {
    const tab = openTab();
    await settle();
    const saved = tab.board.rows("widgets").getSnapshot().items ?? [];
    tab.board.change((edits) => {
      edits.set("widgets", "a", "geometry", { x: 5, y: 5 });
      edits.delete("widgets", "b");
      edits.insert("widgets", "c", { title: "C", x: 2, y: 2 });
    });
    name(tab, "a", "named");
    await settle();
    clock.advance(200);
    await settle();
    const registers = { geometry: ["x", "y"] };
    const restored = tab.board.restore("widgets", saved, { registers });
    assert.deepEqual([restored.size, rows(tab)], [1, ["a named 0,0", "c C 2,2"]]);
    clock.advance(200);
    await settle();
    assert.equal(tab.board.restore("widgets", saved, { registers, bringsBack: true }).size, 1);
    clock.advance(200);
    await settle();
    assert.deepEqual([rows(tab), status(tab)], [["a named 0,0", "c C 2,2", "b B 1,0"], "synced"]);
    restored.undo();
    clock.advance(200);
    await settle();
    assert.deepEqual([rows(tab)[0], status(tab)], ["a named 5,5", "synced"]);
  });
});

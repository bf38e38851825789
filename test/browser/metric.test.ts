import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, it } from "node:test";
import { fileURLToPath } from "node:url";
import { describeInBrowser, type Tab } from "../support/browser.ts";
import { buildPage } from "../support/built-page.ts";
import { type RunningGateway, startGateway, stopGatewaysAfterEach } from "../support/gateway.ts";
import type { Renders } from "./metric-page.ts";

const SCRIPT = fileURLToPath(new URL("metric-page.js", import.meta.url));
const HOUR_MS = 3_600_000;

describeInBrowser("useMetric", (openTab) => {
  let folder: string;
  let pageDir: string;
  let server: RunningGateway;
  let tab: Tab;

  stopGatewaysAfterEach();
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "deltad-metric-"));
    pageDir = await buildPage(folder, SCRIPT, { title: "metric" });
  });
  after(() => rm(folder, { recursive: true }));

  beforeEach(async () => {
    server = await startGateway({ transport: "auto", pageDir });
    tab = await openTab();
    await tab.page.goto(`http://127.0.0.1:${server.port}/`);
  });
  afterEach(async () => {
    await tab.close();
    assert.deepEqual(tab.errors, []);
  });

  const show = (...tokens: string[]) => tab.page.evaluate(`show(${JSON.stringify(tokens)})`);
  const says = (id: string, state: unknown) =>
    tab.page.locator(`#${id}`).getByText(JSON.stringify(state), { exact: true }).waitFor();
  const renders = () => tab.page.evaluate<Renders>("renders");
  function patch(values: Parameters<typeof server.publisher.patch>[1]): void {
    server.publisher.patch("1", values);
    server.clock.advance(50);
  }

  it("renders when what it selects changes, and for nothing else, also where the selector makes an object each time", async () => {
    const revenue = { today: "1.00", month: "5.00" };
    server.publisher.documents.set("1", { revenue });
    await show(server.token({ ownerId: 1 }));
    await says("whole", ["live", { revenue }]);
    await says("leaf", "ready 1.00");
    await says("made", { status: "ready", value: { sums: ["1.00", revenue] } });
    await says("awaited", { status: "ready", value: "5.00" });
    await says("none", { status: "loading" });
    const { whole = 0, dated = 0, ...before } = await renders();
    patch({ other: 7 });
    await says("whole", ["live", { revenue, other: 7 }]);
    const { whole: later = 0, dated: redated, ...after } = await renders();
    assert.deepEqual(after, before);
    assert.ok(later > whole);
    // Whether two dates are alike is not looked at: it renders with every change, and once.
    assert.equal(redated, dated + 1);
    patch({ revenue: { today: "2.00" } });
    await says("leaf", "ready 2.00");
    await says("made", { status: "ready", value: { sums: ["2.00", { today: "2.00", month: "5.00" }] } });
    const { leaf = 0, made = 0, awaited } = before;
    const last = await renders();
    assert.deepEqual([last["leaf"], last["made"], last["awaited"]], [leaf + 1, made + 1, awaited]);
  });

  it("says that a value is not vouched for, and keeps it", async () => {
    server.publisher.documents.set("1", { revenue: { today: "1.00", month: "5.00" } });
    await show(server.token({ ownerId: 1 }));
    await says("leaf", "ready 1.00");
    server.publisher.stale("1", "database");
    await says("leaf", "stale 1.00");
    server.publisher.live("1");
    await says("leaf", "ready 1.00");
  });

  it("tells an owner without a row from one that is not there yet", async () => {
    await show(server.token({ ownerId: 1 }));
    await says("whole", ["connecting", null]);
    await says("leaf", "loading undefined");
    await tab.page.getByText("waiting").waitFor();
    server.publisher.document("1", {});
    await says("leaf", "empty undefined");
    await says("awaited", { status: "empty" });
  });

  it("says why there is nothing, and with what there was where the connection stops later", async () => {
    server.publisher.documents.set("1", { revenue: { today: "1.00", month: "5.00" } });
    await show(server.token({ ownerId: 1 }), "not a token");
    await says("leaf", "ready 1.00");
    server.clock.advance(HOUR_MS + 60_000);
    await says("leaf", "error 4401 1.00");
    await tab.page.reload();
    await show("not a token");
    await says("leaf", "error 4401 undefined");
  });
});

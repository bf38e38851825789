import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compile } from "../../../daemon/plan/compile.ts";
import { SnapshotLoader } from "../../../daemon/owners/loader.ts";
import { Slices } from "../../../daemon/owners/slices.ts";
import { Zones } from "../../../daemon/owners/zones.ts";
import config from "../../../demo/deltad.config.ts";
import { settled } from "../../support/held-loader.ts";

const plan = compile(config);
const request = { snapshotId: "1", owners: ["1"], t: 0, zones: new Zones(async () => [], 0) };
const slices = new Slices({ monotonicMs: () => 0, setImmediate });

describe("the loader's sessions", () => {
  it("a cut is not held by a load that gets no session, and a session that comes too late loads nothing", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const scripts: string[] = [];
    const session = { rows: async () => [], script: async (text: string) => void scripts.push(text) };
    let free = (): void => undefined;
    const waiting = new Promise<void>((resolve) => {
      free = resolve;
    });
    const run = async <T>(work: (given: typeof session) => Promise<T>): Promise<T> => {
      await waiting;
      return work(session);
    };
    const load = new SnapshotLoader({ plan, sessions: { run }, slices }).load(request);
    let isImported = false;
    const noting = (async () => {
      await load.imported;
      isImported = true;
    })();
    t.mock.timers.tick(4_999);
    await settled();
    assert.equal(isImported, false);
    t.mock.timers.tick(1);
    await settled();
    assert.equal(isImported, true);
    await noting;
    free();
    await assert.rejects(load.owners, /within 5000 ms/);
    assert.deepEqual(scripts, []);
  });

  it("a load whose locks came after the reader's were let go is no load", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    let lock = (): void => undefined;
    const locked = new Promise<void>((resolve) => {
      lock = resolve;
    });
    const session = { rows: async () => [], script: () => locked };
    const sessions = { run: <T>(work: (given: typeof session) => Promise<T>): Promise<T> => work(session) };
    const load = new SnapshotLoader({ plan, sessions, slices }).load(request);
    t.mock.timers.tick(5_000);
    await load.imported;
    lock();
    await assert.rejects(load.owners, /within 5000 ms/);
  });

  it("several owners get no longer than a group may take, one alone as long as its session lets it", async () => {
    const scripts: string[] = [];
    const session = { rows: async () => [], script: async (text: string) => void scripts.push(text) };
    const sessions = { run: <T>(work: (given: typeof session) => Promise<T>): Promise<T> => work(session) };
    const loader = new SnapshotLoader({ plan, sessions, slices, groupTimeoutMs: 10_000 });
    await loader.load({ ...request, owners: ["1", "2"] }).owners;
    await loader.load(request).owners;
    const begins = scripts.filter((text) => text.startsWith("begin"));
    assert.deepEqual(
      begins.map((text) => /statement_timeout = (\d+)/.exec(text)?.[1]),
      ["10000", undefined],
    );
  });
});

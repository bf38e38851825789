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

  it("a load is given up soon after its time on the server, unless one owner alone is known to need longer", async () => {
    /** What the server is told, and what this side waits for an answer after the import. */
    const limits: (string | undefined)[] = [];
    const waits: (number | undefined)[] = [];
    let failure: Error | undefined;
    const session = {
      rows: async (_: unknown, __: unknown, timeoutMs?: number) => {
        waits.push(timeoutMs);
        if (failure) throw failure;
        return [];
      },
      script: async (text: string, timeoutMs?: number) => {
        if (text.startsWith("begin")) limits.push(/statement_timeout = (\d+)/.exec(text)?.[1]);
        else waits.push(timeoutMs);
      },
    };
    const sessions = { run: <T>(work: (given: typeof session) => Promise<T>): Promise<T> => work(session) };
    const loader = new SnapshotLoader({ plan, sessions, slices, timeoutMs: 10_000 });
    const load = (...owners: string[]): Promise<unknown> => loader.load({ ...request, owners }).owners;
    const fails = async (error: Error, ...owners: string[]): Promise<void> => {
      failure = error;
      await assert.rejects(load(...owners));
      failure = undefined;
    };
    await load("1", "2");
    await load("1");
    // The owners' rows, and the commit.
    assert.deepEqual(waits.splice(0), [10_500, 10_500, 10_500, 10_500]);
    const timeout = Object.assign(new Error("statement timeout"), { code: "57014" });
    await fails(timeout, "1", "2");
    await fails(new Error("no answer from PostgreSQL"), "1");
    await load("1");
    await fails(timeout, "1");
    await load("1");
    await load("2");
    await load("1", "2");
    assert.deepEqual(limits, ["10000", "10000", "10000", "10000", "10000", "10000", undefined, "10000", "10000"]);
    assert.deepEqual(waits.slice(-6), [undefined, undefined, 10_500, 10_500, 10_500, 10_500]);
  });
});

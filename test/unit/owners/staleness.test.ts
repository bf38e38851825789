import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { utcDay } from "../../../daemon/metrics/civil-date.ts";
import { MOST_GROUP_KEYS } from "../../../daemon/metrics/document.ts";
import type { Published } from "../../../daemon/owners/published.ts";
import { ZoneDataDiffers } from "../../../daemon/owners/zones.ts";
import type { JsonObject } from "../../../protocol/json.ts";
import { OwnersRig } from "../../support/owners-rig.ts";
import { reset, sale, status } from "../../support/sample-grains.ts";

const TODAY = utcDay(Date.UTC(2026, 4, 8) * 1000);

function told(published: readonly Published[]): string[] {
  return published.map(
    (update) => `${update.kind} ${update.owner}${update.kind === "stale" ? `: ${update.reason}` : ""}`,
  );
}

function shownStatus(rig: OwnersRig, name: string): unknown {
  return (rig.shown("1", "sales", "byStatus") as JsonObject | undefined)?.[name];
}

describe("stale owners", () => {
  it("L4 Within an epoch, versions only grow on a connection", async () => {
    const rig = new OwnersRig();
    await rig.open({ 1: [status("paid", 1n)], 2: [status("paid", 1n, "2")] });
    for (let round = 0; round < 10; round += 1) {
      await rig.read({ grains: [status("paid"), status("paid", 1n, "2")] });
      if (round % 3 === 0) {
        rig.owners.unwatch("1");
        rig.owners.watch("1");
        rig.time.advance(10);
        await rig.read();
        await rig.loader.last.finish({ 1: [status("paid", BigInt(round))] });
      }
      if (round % 4 === 0) {
        await rig.read({ resets: [reset("sales", "2")] });
        await rig.loader.last.finish({ 2: [status("paid", BigInt(round), "2")] });
      }
    }
    const positions = rig.take().filter((update) => update.kind === "document" || update.kind === "patch");
    const versions = positions.map(({ owner, version }) => `${owner}: ${version}`);
    assert.equal(new Set(versions).size, versions.length);
    for (const owner of ["1", "2"]) {
      const own = positions.filter((update) => update.owner === owner);
      for (const [at, update] of own.slice(1).entries()) {
        const before = own[at];
        assert.ok(before && update.version > before.version && update.asOf >= before.asOf);
        if (update.kind === "patch") assert.equal(update.previous, before.version);
      }
    }
    assert.ok(versions.length >= 20);
  });

  it("an owner's versions tell it nothing of others: each counts its own, also after others came, went and came again", async () => {
    const rig = new OwnersRig();
    await rig.open({ 1: [status("paid", 1n)], 2: [status("paid", 1n, "2")] });
    for (let round = 0; round < 10; round += 1) await rig.read({ grains: [status("paid", 1n, "2")] });
    await rig.read({ grains: [status("paid")] });
    rig.owners.unwatch("1");
    rig.owners.unwatch("2");
    rig.owners.watch("1");
    rig.owners.watch("3");
    rig.time.advance(10);
    await rig.read();
    await rig.loader.last.finish({ 1: [status("paid", 2n)], 3: [status("paid", 1n, "3")] });
    const told = rig.take().filter((update) => update.kind === "document" || update.kind === "patch");
    const versionsOf = (owner: string): number[] =>
      told.filter((update) => update.owner === owner).map(({ version }) => version);
    assert.deepEqual([versionsOf("1"), versionsOf("3")], [[1, 2, 3], [1]]);
    assert.equal(versionsOf("2").length, 11);
  });

  it("L10 Where the daemon cannot keep L3, it says stale; it never guesses", async () => {
    const rig = new OwnersRig();
    await rig.open({ 1: [sale(TODAY, 100n)], 2: [] });
    rig.take();
    rig.owners.lost();
    rig.owners.lost();
    assert.deepEqual(told(rig.take()), ["stale 1: database", "stale 2: database"]);
    assert.equal(rig.owners.isLive, false);
    // Midnight passes: today's revenue is not known to be 0, since nothing is known.
    rig.time.advance(86_400_000);
    await rig.settled();
    assert.deepEqual(rig.take(), []);
    rig.begin("f");
    await rig.read();
    await rig.loader.last.finish({ 1: [sale(TODAY, 100n)], 2: [] });
    const published = rig.take();
    assert.deepEqual(told(published), ["document 1", "live 1", "document 2", "live 2"]);
    assert.equal(published[0]?.kind === "document" ? published[0].epoch : "", "f");
  });

  it("an owner who comes while the database is away is told so", () => {
    const rig = new OwnersRig();
    rig.owners.lost();
    rig.owners.watch("1");
    assert.deepEqual(told(rig.take()), ["stale 1: database"]);
  });

  it("an owner whose load takes long is stale until it is there; one that is loaded again and again is not", async () => {
    const rig = new OwnersRig();
    await rig.open({ 1: [status("paid", 1n)], 2: [status("paid", 1n, "2")] });
    await rig.read({ resets: [reset("sales", "1")] });
    const slow = rig.loader.last;
    for (let second = 0; second < 14; second += 1) {
      await rig.read({ resets: [reset("sales", "2")] });
      rig.time.advance(1_000);
      await rig.read();
      await rig.loader.last.finish({ 2: [status("paid", 1n, "2")] });
    }
    assert.deepEqual(
      told(rig.take()).filter((line) => !line.startsWith("document 2")),
      ["document 1", "stale 1: slow_load"],
    );
    await slow.finish({ 1: [status("paid", 2n)] });
    assert.deepEqual(told(rig.take()), ["document 1", "live 1"]);
  });

  it("a load of a lost epoch is not taken", async () => {
    const rig = new OwnersRig();
    rig.begin("e");
    rig.owners.watch("1");
    rig.owners.watch("2");
    rig.time.advance(10);
    await rig.read();
    rig.owners.lost();
    rig.begin("f");
    await rig.loader.last.finish({ 1: [status("paid", 9n)], 2: { kind: "no row" } });
    assert.deepEqual(told(rig.take()), ["stale 1: database", "stale 2: database"]);
    await rig.read();
    await rig.loader.last.finish({ 1: [status("paid", 1n)], 2: [] });
    assert.deepEqual(told(rig.take()), ["document 1", "live 1", "document 2", "live 2"]);
  });

  it("a load that fails is told once and tried again with growing delays", async () => {
    const rig = new OwnersRig();
    rig.begin("e");
    rig.owners.watch("1");
    rig.time.advance(10);
    await rig.read();
    await rig.loader.last.fail(new Error("connection refused"));
    assert.deepEqual(told(rig.take()), ["stale 1: load_failed"]);
    assert.equal(rig.owners.wantsCut(), false);
    rig.time.advance(100);
    assert.equal(rig.owners.wantsCut(), true);
    await rig.read();
    await rig.loader.last.fail(new Error("connection refused"));
    rig.time.advance(100);
    assert.equal(rig.owners.wantsCut(), false);
    rig.time.advance(100);
    await rig.read();
    await rig.loader.last.finish({ 1: [] });
    assert.deepEqual(told(rig.take()), ["document 1", "live 1"]);
  });

  it("owners whose rows are too many to be read together are read in parts", async () => {
    const rig = new OwnersRig();
    rig.begin("e");
    for (let owner = 0; owner < 1_000; owner += 1) rig.owners.watch(`${owner}`);
    for (let round = 0; round < 40; round += 1) {
      rig.time.advance(1_000);
      await rig.read();
      for (const load of rig.loader.loads.splice(0)) {
        const { owners } = load.request;
        if (owners.length > 100) await load.fail(Object.assign(new Error("statement timeout"), { code: "57014" }));
        else await load.finish(Object.fromEntries(owners.map((owner) => [owner, []])));
      }
    }
    assert.equal(told(rig.take()).filter((line) => line.startsWith("live ")).length, 1_000);
  });

  it("one owner's data that PostgreSQL can't compute with keeps no other owner from being loaded", async () => {
    const rig = new OwnersRig();
    rig.begin("e");
    for (let owner = 0; owner < 1_000; owner += 1) rig.owners.watch(`${owner}`);
    for (let round = 0; round < 20; round += 1) {
      rig.time.advance(1_000);
      await rig.read();
      for (const load of rig.loader.loads.splice(0)) {
        const { owners } = load.request;
        if (owners.includes("13")) await load.fail(Object.assign(new Error("out of range"), { code: "22003" }));
        else await load.finish(Object.fromEntries(owners.map((owner) => [owner, []])));
      }
    }
    const stale = new Set<string>();
    for (const { kind, owner } of rig.take()) {
      if (kind === "stale") stale.add(owner);
      if (kind === "live") stale.delete(owner);
    }
    assert.deepEqual([...stale], ["13"]);
  });

  it("an unknown time zone makes that owner stale, and the others go on", async () => {
    const rig = new OwnersRig();
    rig.begin("e");
    rig.owners.watch("1");
    rig.owners.watch("2");
    rig.time.advance(10);
    await rig.read();
    await rig.loader.last.finish({ 1: { kind: "unknown zone" }, 2: [] });
    assert.deepEqual(told(rig.take()), ["stale 1: time_zone", "document 2"]);
    await rig.read({ grains: [sale(undefined, 5n), sale(TODAY, 5n, "2")] });
    assert.deepEqual(told(rig.take()), ["patch 2"]);
    await rig.read({ dimensions: ["1"] });
    await rig.loader.last.finish({ 1: [sale(TODAY, 700n)] });
    assert.deepEqual(told(rig.take()), ["document 1", "live 1"]);
    assert.equal(rig.shown("1", "revenue", "today"), "7.00");
  });

  it("sessions that disagree about a zone end the epoch", async () => {
    const rig = new OwnersRig();
    await rig.open({ 1: [] });
    rig.owners.watch("2");
    rig.time.advance(10);
    await rig.read();
    const nudges = rig.nudges;
    await rig.loader.last.fail(new ZoneDataDiffers("two sessions disagree"));
    assert.ok(rig.nudges > nudges);
    await assert.rejects(rig.owners.apply(rig.batch()), /two sessions disagree/);
    rig.begin("f");
    await rig.read();
    await rig.loader.last.finish({ 1: [], 2: [] });
    assert.deepEqual(told(rig.take()).slice(-3), ["document 1", "document 2", "live 2"]);
  });

  it("a failing calendar ends the epoch instead of dropping a date", async () => {
    let works = true;
    const rig = new OwnersRig({
      dayStarts: (_, day) => {
        if (!works) throw new Error("connection lost");
        return day * 86_400_000_000 + 946_684_800_000_000;
      },
    });
    await rig.open({ 1: [] });
    works = false;
    await assert.rejects(rig.read({ grains: [sale(TODAY + 200, 1n)] }), /connection lost/);
  });

  it("an owner with more groups than a document shows is stale, alone, until it has fewer; its numbers are kept meanwhile", async () => {
    const rig = new OwnersRig();
    const many = Array.from({ length: MOST_GROUP_KEYS }, (_, at) => status(`s${at}`, 1n));
    await rig.open({ 1: many, 2: [] });
    assert.deepEqual(told(rig.take()), ["document 1", "document 2"]);
    await rig.read({ grains: [status("one more", 1n), status("paid", 1n, "2")] });
    assert.deepEqual(told(rig.take()), ["stale 1: too_many_groups", "patch 2"]);
    await rig.read({ grains: [status("s0", 4n)] });
    assert.deepEqual(told(rig.take()), []);
    await rig.read({ grains: [status("s1", -1n)] });
    assert.deepEqual(told(rig.take()), ["patch 1", "live 1"]);
    assert.deepEqual(
      ["s0", "s1", "one more"].map((name) => shownStatus(rig, name)),
      [5, undefined, 1],
    );

    await rig.watch({ 3: [...many, status("one more", 1n)] });
    assert.deepEqual(told(rig.take()), ["stale 3: too_many_groups"]);
    await rig.read({ grains: [status("one more", -1n, "3")] });
    assert.deepEqual(told(rig.take()), ["document 3", "live 3"]);
  });
});

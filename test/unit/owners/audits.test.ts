import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { utcDay } from "../../../daemon/metrics/civil-date.ts";
import type { AuditedState, AuditOutcome, AuditUnderWay, OwnerAudit } from "../../../daemon/owners/audit-turns.ts";
import { OwnersRig } from "../../support/owners-rig.ts";
import { sale } from "../../support/sample-grains.ts";

const START = Date.UTC(2026, 4, 8, 12) * 1000;
const TODAY = utcDay(START);

/** Is due when the test says so, and finds what the test says. */
class ScriptedAudit implements OwnerAudit {
  isDue = true;
  isFree = true;
  readonly begun: string[] = [];
  readonly states: (AuditedState | undefined)[] = [];
  imported: Promise<void> = Promise.resolve();
  judge: (isWrong: boolean) => void = () => undefined;

  begin(_cut: unknown, owner: string, state: Promise<AuditedState | undefined>): AuditUnderWay {
    this.begun.push(owner);
    this.isDue = false;
    void state.then((audited) => this.states.push(audited));
    const outcome = new Promise<AuditOutcome>((resolve) => {
      this.judge = (isWrong) =>
        resolve(isWrong ? { kind: "drifted", differing: 1, leaves: ["x"], mustReload: true } : { kind: "right" });
    });
    return { imported: this.imported, outcome };
  }
}

function auditedRig(): { rig: OwnersRig; audit: ScriptedAudit } {
  const audit = new ScriptedAudit();
  return { rig: new OwnersRig({ audit, start: START }), audit };
}

describe("audits of loaded owners", () => {
  it("take owners in turn, one at each cut, and none that is not loaded", async () => {
    const { rig, audit } = auditedRig();
    assert.equal(rig.owners.wantsCut(), false, "nobody is watched");
    await rig.open({ 1: [], 2: [], 3: [] });
    rig.owners.watch("4");
    for (let cut = 0; cut < 4; cut += 1) {
      audit.isDue = true;
      assert.ok(rig.owners.wantsCut());
      await rig.read();
      audit.judge(false);
      if (cut === 0) rig.owners.unwatch("2");
    }
    assert.deepEqual(audit.begun, ["1", "3", "1", "3"]);
    assert.equal(rig.owners.wantsCut(), false, "it is not due");
  });

  it("compare what is shown once the cut's batch is taken in, at one instant", async () => {
    const { rig, audit } = auditedRig();
    await rig.open({ 1: [sale(TODAY, 100n)] });
    rig.time.advance(5_000);
    await rig.read({ grains: [sale(TODAY, 23n)] });
    await rig.settled();
    const [state] = audit.states;
    assert.deepEqual([rig.shown("1", "revenue", "today"), state?.t], ["1.23", rig.databaseClock]);
    assert.deepEqual(state?.document, rig.screens.get("1"));
    audit.judge(false);
    audit.isDue = true;
    rig.time.advance(5_000);
    await rig.read();
    await rig.settled();
    assert.equal(audit.states[1]?.t, rig.databaseClock, "a batch that brings it nothing too");
  });

  it("the batch goes on while the audit has not imported the cut's snapshot, and ends with it", async () => {
    const { rig, audit } = auditedRig();
    await rig.open({ 1: [sale(TODAY, 100n)] });
    let imported = (): void => undefined;
    audit.imported = new Promise((resolve) => {
      imported = resolve;
    });
    let isOver = false;
    const read = rig.read({ grains: [sale(TODAY, 23n)] }).then(() => (isOver = true));
    await rig.settled();
    assert.deepEqual([rig.shown("1", "revenue", "today"), isOver, audit.states], ["1.23", false, []]);
    imported();
    await read;
  });

  it("L10 an owner that has drifted is stale until it is read again", async () => {
    const { rig, audit } = auditedRig();
    await rig.open({ 1: [sale(TODAY, 100n)] });
    await rig.read();
    rig.take();
    audit.judge(true);
    await rig.settled();
    const kinds = (): string[] =>
      rig.take().map((update) => (update.kind === "stale" ? `stale: ${update.reason}` : update.kind));
    assert.deepEqual(kinds(), ["stale: drift"]);
    await rig.read();
    await rig.loader.last.finish({ 1: [sale(TODAY, 400n)] });
    assert.deepEqual([kinds(), rig.shown("1", "revenue", "today")], [["document", "live"], "4.00"]);
  });

  it("move nothing of an owner that was read again meanwhile, nor of one that this very cut reads again", async () => {
    const { rig, audit } = auditedRig();
    await rig.open({ 1: [sale(TODAY, 100n)] });
    await rig.read();
    await rig.read({ dimensions: ["1"] });
    await rig.loader.last.finish({ 1: [sale(TODAY, 400n)] });
    rig.take();
    audit.judge(true);
    await rig.settled();
    assert.deepEqual(rig.take(), []);
    audit.isDue = true;
    await rig.read({ dimensions: ["1"] });
    assert.deepEqual(audit.begun.length, 1, "it is no longer live when the loads of the cut have begun");
  });

  it("an audit under way learns that the epoch is over", async () => {
    const { rig, audit } = auditedRig();
    await rig.open({ 1: [] });
    audit.imported = new Promise(() => undefined);
    void rig.read();
    await rig.settled();
    rig.owners.lost();
    await rig.settled();
    assert.deepEqual(audit.states, [undefined]);
  });
});

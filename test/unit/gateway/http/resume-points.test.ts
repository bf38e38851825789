import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ResumePoints } from "../../../../daemon/gateway/http/resume-points.ts";

describe("Where a stream stands", () => {
  it("With one owner the id is the cursor, and comes back as it was sent", () => {
    const points = new ResumePoints(["7"], undefined);
    assert.equal(points.resumeOf("7"), undefined);
    assert.equal(points.move("7", "c1"), "c1");
    assert.equal(points.move("7", "c2"), "c2");
    assert.equal(new ResumePoints(["7"], "c2").resumeOf("7"), "c2");
    assert.equal(new ResumePoints(["7"], "").resumeOf("7"), "");
  });

  it("With several the id says where each is, whatever their keys look like", () => {
    const owners = ["7", "a=b&c%\n€", " "];
    const points = new ResumePoints(owners, undefined);
    points.move("7", "old");
    for (const owner of owners) points.move(owner, `cursor of ${owner}`);
    const id = points.move("7", "new");
    assert.match(id, /^[\x21-\x7e]+$/);
    const resumed = new ResumePoints(owners, id);
    assert.deepEqual(
      owners.map((owner) => resumed.resumeOf(owner)),
      ["new", `cursor of ${owners[1]}`, "cursor of  "],
    );
  });

  it("An owner that the id says nothing of resumes from what can't be resumed, not as if it were new", () => {
    const resumed = new ResumePoints(["7", "8"], "8=x");
    assert.deepEqual([resumed.resumeOf("7"), resumed.resumeOf("8")], ["", "x"]);
  });

  it("Who is cut before it heard of an owner keeps that owner's place", () => {
    const points = new ResumePoints(["7", "8"], "7=a&8=b&9=c");
    assert.equal(points.move("7", "a2"), "8=b&7=a2");
  });

  it("An id stays short enough for a header: the owners that moved longest ago are left out", () => {
    const owners = Array.from({ length: 100 }, (_, index) => String(index));
    const points = new ResumePoints(owners, undefined);
    let id = "";
    for (const owner of owners) id = points.move(owner, "x".repeat(90));
    assert.ok(id.length > 1_000 && id.length <= 2_048, String(id.length));
    const resumed = new ResumePoints(owners, id);
    assert.deepEqual([resumed.resumeOf("99"), resumed.resumeOf("0")], ["x".repeat(90), ""]);
    assert.equal(new ResumePoints(["7"], undefined).move("7", "x".repeat(5_000)), "-");
    assert.equal(points.move("7", "x".repeat(5_000)), "-");
  });
});

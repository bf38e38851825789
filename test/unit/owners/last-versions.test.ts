import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LastVersions } from "../../../daemon/owners/last-versions.ts";

describe("The versions of owners that nobody watches", () => {
  it("go on where each owner's own ended, whatever happened to others", () => {
    const versions = new LastVersions();
    versions.remember("7", 3);
    versions.remember("8", 5_000);
    versions.remember("7", 4);
    assert.deepEqual(
      ["7", "8", "9"].map((owner) => versions.of(owner)),
      [4, 5_000, 0],
    );
  });

  it("are never given twice, also to an owner that is forgotten among 10,000 others", () => {
    const versions = new LastVersions();
    versions.remember("7", 42);
    for (let owner = 0; owner < 10_000; owner++) versions.remember(`other ${owner}`, 1);
    assert.equal(versions.of("7"), 42);
    assert.equal(versions.of("other 1"), 1);
    versions.remember("one more", 1);
    assert.equal(versions.of("7"), 42);
  });

  it("begin anew in another epoch", () => {
    const versions = new LastVersions();
    versions.remember("7", 42);
    for (let owner = 0; owner < 10_001; owner++) versions.remember(`other ${owner}`, 1);
    versions.clear();
    assert.equal(versions.of("7"), 0);
  });
});

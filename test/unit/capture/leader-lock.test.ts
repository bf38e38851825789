import assert from "node:assert/strict";
import { it } from "node:test";
import { Lead, takeLead } from "../../../daemon/capture/leader-lock.ts";
import type { WatchedTable } from "../../../daemon/plan/watched-table.ts";

const watched = (...sources: string[]): WatchedTable[] =>
  sources.map((source) => ({ source, schema: "public", table: source, columns: [], owner: "id" }));

function leading(others: number): Lead {
  const lead = new Lead(watched("owner"));
  lead.replied(others, true);
  return lead;
}

it("daemons rely on each other only where they watch the same tables, in whatever order", () => {
  assert.equal(takeLead(watched("owner", "stays")), takeLead(watched("stays", "owner")));
  assert.notEqual(takeLead(watched("owner", "stays")), takeLead(watched("owner")));
});

it("who leads tells the others of each batch that found rows, and of no other", () => {
  const lead = leading(1);
  assert.match(lead.afterRead(true, true)?.text ?? "", /pg_notify\('deltad_bell', ''\)/);
  assert.equal(lead.afterRead(false, true), undefined);
  assert.equal(lead.isHeld, true);
});

it("who leads nobody, or does not lead, owes nothing", () => {
  assert.equal(leading(0).afterRead(true, false), undefined);
  const follower = new Lead(watched("owner"));
  follower.replied(2, false);
  assert.equal(follower.afterRead(true, false), undefined);
  assert.equal(follower.give(), undefined);
  assert.equal(follower.isReliedOn, false);
});

it("who may no longer sleep gives the lead away, once, and tells", () => {
  const lead = leading(1);
  assert.match(lead.afterRead(false, false)?.text ?? "", /pg_advisory_unlock\(.*pg_notify\('deltad_bell', ''\)/);
  assert.deepEqual([lead.isHeld, lead.afterRead(true, false), lead.give()], [false, undefined, undefined]);
});

it("a read that did not try for the lead changes nothing about who has it", () => {
  const lead = leading(0);
  lead.replied(3, undefined);
  assert.deepEqual([lead.isHeld, lead.isReliedOn], [true, true]);
});

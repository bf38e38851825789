import assert from "node:assert/strict";
import { it } from "node:test";
import { schemaOf } from "../../../../react/display/schema-of.ts";
import { compileKinds } from "../../../../daemon/plan/compile.ts";
import { pageSchema } from "../../../../daemon/plan/page-schema.ts";
import { KINDS } from "../../../support/oracle.ts";

it("of each kind of topics what the daemon tells of it, and of others nothing", () => {
  const schema = pageSchema(compileKinds(KINDS.config).plans);
  const paths = (kind: string) => schemaOf(schema, kind)?.metrics.map(({ path }) => path.join("."));
  assert.deepEqual(paths("owner"), ["rooms", "occupied", "revenue.today", "tips"]);
  assert.deepEqual(paths("city"), ["currency", "revenue.month", "revenue.all", "stays"]);
  assert.equal(paths("house"), undefined);
});

import assert from "node:assert/strict";
import { it } from "node:test";
import { topicOf } from "../../../dashboard/entry/topic-of.ts";
import { compileKinds } from "../../../daemon/plan/compile.ts";
import { pageSchema } from "../../../daemon/plan/page-schema.ts";
import { KINDS } from "../../support/oracle.ts";

it("an administrator's text is a topic's name where the daemon has that kind, else an owner's id", () => {
  const schema = pageSchema(compileKinds(KINDS.config).plans);
  const texts = ["7", "room:12", "owner:7", "acme:7", "constructor:7", "room:"];
  assert.deepEqual(
    texts.map((text) => topicOf(text, schema)),
    ["owner:7", "room:12", "owner:7", "owner:acme:7", "owner:constructor:7", "owner:room:"],
  );
});

it("a topic's name is one where the daemon did not tell its kinds", () =>
  assert.deepEqual(
    ["7", "room:12"].map((text) => topicOf(text, undefined)),
    ["owner:7", "room:12"],
  ));

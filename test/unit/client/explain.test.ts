import assert from "node:assert/strict";
import { it } from "node:test";
import { explain } from "../../../client/explain.ts";
import { makeCause } from "../../../client/make-cause.ts";
import { CLOSE, CLOSE_MEANINGS, NACK_CODES } from "../../../protocol/codes.ts";

const CAUSES = [
  ...(["requested", "silence", "token", "protocol"] as const).map((kind) => makeCause(kind)),
  ...Object.values(CLOSE).map(({ code }) => makeCause("code", "", code)),
  ...NACK_CODES.map((code) => makeCause("nack", "", code)),
];

it("Every cause has a sentence in English and in Portuguese, by whatever tag of the language", () => {
  for (const cause of CAUSES) {
    assert.match(explain(cause), /^[A-Z].*\.$/);
    assert.notEqual(explain(cause, "pt"), explain(cause, "en"));
    assert.equal(explain(cause, "pt-BR"), explain(cause, "pt"));
    assert.equal(explain(cause, "de"), explain(cause));
  }
});

it("Of a topic that was open it is told why it ended: its reader was removed, it was deleted, or it became too large", () => {
  const ended = ["removed", "deleted", "too_large"].map((reason) => explain(makeCause("nack", reason, "topic_closed")));
  const [removed = "", deleted = "", tooLarge = ""] = ended;
  assert.match(removed, /take part/);
  assert.match(deleted, /not there/);
  assert.match(tooLarge, /too much/);
  assert.equal(tooLarge, explain(makeCause("nack", "", "too_large")));
});

it("A token that has expired is told from one that is not good", () => {
  const { code } = CLOSE.unauthenticated;
  assert.match(explain(makeCause("code", CLOSE_MEANINGS.expired, code)), /has expired/);
  assert.match(explain(makeCause("code", CLOSE_MEANINGS.unauthenticated, code)), /was not accepted/);
});

it("In development a cause's message is the sentence, and what the daemon said; in production that alone", (t) => {
  const { NODE_ENV } = process.env;
  t.after(() => {
    if (NODE_ENV === undefined) delete process.env["NODE_ENV"];
    else process.env["NODE_ENV"] = NODE_ENV;
  });
  delete process.env["NODE_ENV"];
  const { message } = makeCause("code", "origin not allowed", 4403);
  assert.match(message, /DELTAD_ORIGINS.*\(4403: origin not allowed\)$/);
  process.env["NODE_ENV"] = "production";
  assert.equal(makeCause("code", "origin not allowed", 4403).message, "origin not allowed");
});

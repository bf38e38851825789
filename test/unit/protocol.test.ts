import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { it } from "node:test";
import { CLOSE, CLOSE_MEANINGS, ERROR_CODES, NACK_CODES, reactionTo } from "../../protocol/codes.ts";
import { down } from "../../protocol/down.ts";
import { event } from "../../protocol/down/event.ts";
import { up } from "../../protocol/up.ts";
import { PROTOCOL } from "../../protocol/version.ts";

/** A schema as plain data: what of it a peer can notice. */
function describeSchema(schema: unknown): unknown {
  if (schema instanceof RegExp) return String(schema);
  if (Array.isArray(schema)) return schema.map(describeSchema);
  if (typeof schema !== "object" || schema === null) return typeof schema === "function" ? undefined : schema;
  const visible = Object.entries(schema).filter(([name]) => !name.startsWith("~") && name !== "message");
  return Object.fromEntries(visible.map(([name, value]) => [name, describeSchema(value)]));
}

it("The schemas are those of deltad.v1: a change that old clients can't ignore needs another protocol version", () => {
  const text = JSON.stringify([
    PROTOCOL,
    describeSchema(down),
    describeSchema(event),
    describeSchema(up),
    CLOSE,
    CLOSE_MEANINGS,
    NACK_CODES,
    ERROR_CODES,
  ]);
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
  assert.equal(
    hash,
    "b7f3e7dc2d90d0fe",
    `the schemas of ${PROTOCOL} changed. If old clients can ignore the change, put the new hash here; if not, bump PROTOCOL in protocol/version.ts to the next version first`,
  );
});

it("Each close code tells the client what to do, and each is used once", () => {
  const codes = Object.values(CLOSE).map((entry) => entry.code);
  assert.equal(new Set(codes).size, codes.length);
  const { goingAway, tooSlow, expired, unauthenticated, origin, tooMany } = CLOSE;
  const reactions = [goingAway, tooSlow, expired, unauthenticated, origin, tooMany].map(({ code }) => reactionTo(code));
  assert.deepEqual(reactions, ["reconnect", "back_off", "fresh_token", "ask_token", "stop", "back_off_long"]);
  assert.equal(reactionTo(1006), "reconnect");
  assert.equal(reactionTo(4499), "stop");
});

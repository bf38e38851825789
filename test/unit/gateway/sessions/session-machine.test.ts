import assert from "node:assert/strict";
import { it } from "node:test";
import { Identity } from "../../../../daemon/gateway/auth/identity.ts";
import { type SessionEvent, type SessionState, step } from "../../../../daemon/gateway/sessions/session-machine.ts";

const STATES: readonly SessionState[] = ["unauthenticated", "verifying", "open", "draining", "closed"];
const identity = new Identity(
  {
    token: { subject: undefined, id: undefined, issuedAtSeconds: undefined },
    bearer: "x",
    isAdmin: false,
    expiresAtMs: 0,
  },
  new Set(["owner:7"]),
);
const EVENTS: readonly SessionEvent[] = [
  { kind: "token", token: "t" },
  { kind: "admitted", identity },
  { kind: "request", request: { type: "ping", id: "1" } },
  { kind: "nonsense", code: "bad_json", text: "" },
  { kind: "deadline" },
  { kind: "fail", close: "tooSlow" },
  { kind: "drain" },
  { kind: "gone" },
];

/** `next: effects` for each state, in the order of EVENTS. */
const LAW: Readonly<Record<SessionState, readonly string[]>> = {
  unauthenticated: [
    "verifying: verify",
    "unauthenticated:",
    "closed: close unauthenticated, release",
    "closed: close malformed, release",
    "closed: close authenticationTimeout, release",
    "closed: close tooSlow, release",
    "closed: close draining, release",
    "closed: release",
  ],
  verifying: [
    "closed: close malformed, release",
    "open: welcome",
    "verifying: serve",
    "closed: close malformed, release",
    "closed: close authenticationTimeout, release",
    "closed: close tooSlow, release",
    "closed: close draining, release",
    "closed: release",
  ],
  open: [
    "open: complain",
    "open:",
    "open: serve",
    "open: complain",
    "open:",
    "closed: close tooSlow, release",
    "draining: bye",
    "closed: release",
  ],
  draining: [
    "draining:",
    "draining:",
    "draining:",
    "draining:",
    "draining:",
    "closed: close tooSlow, release",
    "draining:",
    "closed: release",
  ],
  closed: EVENTS.map(() => "closed:"),
};

for (const state of STATES) {
  it(`A session that is ${state} answers each event as the law says`, () => {
    const seen = EVENTS.map((event) => {
      const { next, effects } = step(state, event);
      const names = effects.map((effect) => (effect.do === "close" ? `close ${effect.close}` : effect.do));
      return `${next}:${names.length > 0 ? " " : ""}${names.join(", ")}`;
    });
    assert.deepEqual(seen, LAW[state]);
  });
}

it("Nothing but a close reaches a client before its token is admitted", () => {
  const quiet = new Set(["verify", "serve", "close", "release"]);
  for (const state of ["unauthenticated", "verifying"] as const) {
    for (const event of EVENTS) {
      if (event.kind === "admitted") continue;
      for (const effect of step(state, event).effects) assert.ok(quiet.has(effect.do), `${state} ${event.kind}`);
    }
  }
});

it("Every close releases, and every release is final", () => {
  for (const state of STATES) {
    for (const event of EVENTS) {
      const { next, effects } = step(state, event);
      assert.equal(
        next === "closed" && state !== "closed",
        effects.some((effect) => effect.do === "release"),
      );
    }
  }
});

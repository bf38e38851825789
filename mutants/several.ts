import type { Mutant } from "./mutant.ts";

const READERS = "test/pg/capture/several.test.ts";

/** Mistakes in what several daemons on one database owe each other. */
export const SEVERAL_MUTANTS: readonly Mutant[] = [
  {
    name: "who leads tells nobody of what it found",
    file: "daemon/capture/leader-lock.ts",
    find: "    return found ? NUDGE : undefined;",
    replace: "    return undefined;",
    test: READERS,
    title: "hear of a write that notified nobody from the one that is awake",
  },
  {
    name: "a daemon that is alone notifies after each batch",
    file: "daemon/capture/leader-lock.ts",
    find: "    if (!this.isReliedOn) return undefined;\n",
    replace: "    if (!this.#isHeld) return undefined;\n",
    test: READERS,
    title: "are told of nothing by one that is alone",
  },
  {
    name: "who leads keeps the lead while it loads",
    file: "daemon/capture/epoch.ts",
    find: "    if (this.#lead.isReliedOn && !this.#rhythm.hasBell) await ask(session, this.#lead.give());\n",
    replace: "",
    test: READERS,
    title: "hear of writes while the one that leads is busy with loads",
  },
  {
    name: "a daemon that stops tells nobody that it led",
    file: "daemon/capture/epoch.ts",
    find: "    await ask(session, this.#lead.give());\n  }",
    replace: "  }",
    test: READERS,
    title: "have the lead at once from one that stops",
  },
  {
    name: "who sleeps without the bell never asks who leads",
    file: "daemon/capture/epoch.ts",
    find: "this.#rhythm.follows ? takeover : heartbeat",
    replace: "heartbeat",
    test: READERS,
    title: "take the bell over within a heartbeat from one that died",
  },
  {
    name: "daemons that watch different tables rely on each other",
    file: "daemon/capture/leader-lock.ts",
    find: 'update(sources.join(" "))',
    replace: "update(String(sources.length > 0))",
    test: "test/unit/capture/leader-lock.test.ts",
    title: "daemons rely on each other only where they watch the same tables",
  },
  {
    name: "who can hear no bells keeps the lead",
    file: "daemon/capture/leader-lock.ts",
    find: "    if (!maySleep) return this.give();\n",
    replace: "",
    test: "test/unit/capture/leader-lock.test.ts",
    title: "who may no longer sleep gives the lead away, once, and tells",
  },
  {
    name: "a daemon that another one leads sleeps without one more read",
    file: "daemon/capture/pace.ts",
    find: 'pace: { kind: "arming", hasBell: seen.bellTaken }, releaseBell: false, restMs: 0, next: "read"',
    replace:
      'pace: { kind: "arming", hasBell: seen.bellTaken }, releaseBell: false, restMs: 0, next: seen.bellTaken ? "read" : "sleep"',
    test: "test/unit/capture/pace.test.ts",
    title: "a quiet reader whom another one leads reads once more, then sleeps without the bell",
  },
  {
    name: "who gets the lead in its sleep sleeps on",
    file: "daemon/capture/pace.ts",
    find: "seen.found || !seen.maySleep || seen.leadTaken",
    replace: "seen.found || !seen.maySleep",
    test: "test/unit/capture/pace.test.ts",
    title: "a reader that sleeps without the bell, armed, wakes when it finds rows",
  },
  {
    name: "resume off by one commit",
    file: "daemon/resume/history-cache.ts",
    find: "!sees(since, xid) && sees(upto, xid);",
    replace: "!sees(since, xid - 1n) && sees(upto, xid);",
    test: "test/pg/resume/resume.test.ts",
    title: "the events between going and coming back, in order of commit, each once; and then what happens next",
  },
];

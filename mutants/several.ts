import type { Mutant } from "./mutant.ts";

const READERS = "test/pg/capture/several.test.ts";

/** Mistakes in what several daemons on one database owe each other. */
export const SEVERAL_MUTANTS: readonly Mutant[] = [
  {
    name: "a leader wakes nobody for what it found",
    file: "daemon/capture/leader-lock.ts",
    find: "    return found ? WAKE_FOLLOWERS : undefined;",
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
    name: "a leader keeps its lock while it loads",
    file: "daemon/capture/change-feed.ts",
    find: "    if (given) await this.#send([given]);\n",
    replace: "",
    test: READERS,
    title: "hear of writes while the leader is busy with loads",
  },
  {
    name: "a leader that stops wakes nobody",
    file: "daemon/capture/epoch.ts",
    find: "    if (release) await session.rows(release, []);\n",
    replace: "",
    test: READERS,
    title: "have the leader lock at once from one that stops",
  },
  {
    name: "a follower never tries for the leader lock at a heartbeat",
    file: "daemon/capture/read-states.ts",
    find: 'isFollower ? "takeover" : "heartbeat"',
    replace: '"heartbeat"',
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
    name: "a leader that can hear no bells keeps its lock",
    file: "daemon/capture/leader-lock.ts",
    find: "    if (!maySleep) return this.release();\n",
    replace: "",
    test: "test/unit/capture/leader-lock.test.ts",
    title: "a leader that may no longer sleep gives its lock away, once, and wakes the others",
  },
  {
    name: "a follower sleeps without one more read",
    file: "daemon/capture/read-states.ts",
    find: 'state: { kind: "confirming", holdsBell: outcome.bellTaken } };',
    replace:
      'state: { kind: "confirming", holdsBell: outcome.bellTaken }, next: outcome.bellTaken ? "read" : "sleep" };',
    test: "test/unit/capture/read-states.test.ts",
    title: "a quiet reader that finds another one leading reads once more, then sleeps without the bell",
  },
  {
    name: "a follower that gets the leader lock in its sleep sleeps on",
    file: "daemon/capture/read-states.ts",
    find: "outcome.found || !outcome.maySleep || outcome.leaderLockTaken",
    replace: "outcome.found || !outcome.maySleep",
    test: "test/unit/capture/read-states.test.ts",
    title: "a sleeping reader without the bell polls when it finds rows",
  },
  {
    name: "resume off by one commit",
    file: "daemon/resume/history-cache.ts",
    find: "!sees(told, xid);",
    replace: "!sees(told, xid - 1n);",
    test: "test/pg/resume/resume.test.ts",
    title: "the events between going and coming back, in order of commit, each once; and then what happens next",
  },
];

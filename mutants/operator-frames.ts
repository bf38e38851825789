import type { Mutant } from "./mutant.ts";

const RECORDER = "test/unit/gateway/sessions/frame-recorder.test.ts";
const TOLD = "test/unit/admin/told.test.ts";
const KEPT = "test/unit/gateway/sessions/recordings.test.ts";
const WHY = "test/pg/dba/why.test.ts";

/** Mistakes about what is recorded of the frames of connections. */
export const OPERATOR_FRAMES_MUTANTS: readonly Mutant[] = [
  {
    name: "versions of an earlier epoch are told as if they were of this one",
    file: "daemon/gateway/sessions/frame-recorder.ts",
    find: "if (epoch !== undefined && epoch !== this.#epoch)",
    replace: "if (this.#epoch === undefined && epoch !== undefined)",
    test: RECORDER,
    title: "tells no version of an earlier epoch",
  },
  {
    name: "a topic is told by the name of the one that has its number now",
    file: "daemon/gateway/sessions/frame-recorder.ts",
    find: "words[at] = head | (ANOTHER_TOPIC << 23);",
    replace: "words[at] = head;",
    test: RECORDER,
    title: "of more than eight topics",
  },
  {
    name: "what was in a recorder's room is the next one's",
    file: "daemon/gateway/sessions/frame-pool.ts",
    find: "if (number === undefined) return undefined;",
    replace:
      "if (number === undefined && this.#slabs.length > 0) return 0;\n    if (number === undefined) return undefined;",
    test: RECORDER,
    title: "takes at most 2 KiB",
  },
  {
    name: "times of frames drift",
    file: "daemon/gateway/sessions/frame-recorder.ts",
    find: "this.#lastMs += ROUGH.decode(gap);",
    replace: "this.#lastMs = nowMs;",
    test: RECORDER,
    title: "keeps the last 200",
  },
  {
    name: "connections that ended are kept for ever",
    file: "daemon/gateway/sessions/recordings.ts",
    find: "this.#ended.size <= MOST_ENDED && atMs > beforeMs",
    replace: "this.#ended.size <= MOST_ENDED && atMs > 0 * beforeMs - 1",
    test: KEPT,
    title: "A connection that ended is known for ten minutes",
  },
  {
    name: "any number of ended connections is kept",
    file: "daemon/gateway/sessions/recordings.ts",
    find: "this.#ended.size <= MOST_ENDED && ",
    replace: "",
    test: KEPT,
    title: "However many end",
  },
  {
    name: "a version that came with the whole is told as merged",
    file: "daemon/admin/delivery.ts",
    find: 'if (WHOLE_TYPES.has(frame.type)) return { how: "whole", ...told };',
    replace: "",
    test: TOLD,
    title: "is that a whole had it",
  },
  {
    name: "where a topic stands is taken for a publication",
    file: "daemon/admin/publication-log.ts",
    find: ' && update.kind !== "position"',
    replace: "",
    test: TOLD,
    title: "finds the first version",
  },
  {
    name: "publications of an earlier epoch are kept",
    file: "daemon/admin/publication-log.ts",
    find: "    if (epoch !== this.#epoch) [this.#epoch, this.#logged, this.#next] = [epoch, [], 0];\n",
    replace: "",
    test: TOLD,
    title: "has so many and no more",
  },
  {
    name: "it is not said that a token was revoked",
    file: "daemon/gateway/sessions/client-session.ts",
    find: "    this.#ending = REVOKED;\n",
    replace: "",
    test: WHY,
    title: "says that the token was revoked",
  },
];

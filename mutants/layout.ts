import type { Mutant } from "./mutant.ts";

const SCHEDULE = "test/unit/metrics/schedule.test.ts";
const IN_ORDER =
  "hands out each instant's changes when it comes, in order, and nothing of what cancels itself, however many there are";
const SHOWN = "test/unit/topics/owner/shown-document.test.ts";

/** Mistakes in what keeps owners small. */
export const LAYOUT_MUTANTS: readonly Mutant[] = [
  {
    name: "a rounded sum passes for an exact one",
    file: "daemon/metrics/integer.ts",
    find: "if (Number.isSafeInteger(sum)) return sum;",
    replace: "return sum;",
    test: "test/unit/metrics/integer.test.ts",
    title: "add up exactly, however large, and each has one form",
  },
  {
    name: "a small map loses the entry with which it grows large",
    file: "daemon/metrics/small-map.ts",
    find: "new Map(entriesOf<K, V>(held)).set(key, value)",
    replace: "new Map(entriesOf<K, V>(held))",
    test: "test/unit/metrics/small-map.test.ts",
    title: "holds what a Map would, in the same order, whether it has few entries or many",
  },
  {
    name: "changes of different things at one instant are one change",
    file: "daemon/metrics/schedule.ts",
    find: "return ofIn(changes[at] ?? 0) - of || ",
    replace: "return ",
    test: SCHEDULE,
    title: IN_ORDER,
  },
  {
    name: "texts and numbers of one thing have no order",
    file: "daemon/metrics/schedule.ts",
    find: '  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;\n',
    replace: "",
    test: SCHEDULE,
    title: IN_ORDER,
  },
  {
    name: "a topic's second subscriber takes the place of the first",
    file: "daemon/hub/small-set.ts",
    find: "new Set([held, member])",
    replace: "member",
    test: "test/unit/hub/small-set.test.ts",
    title: "holds what a Set would, in the same order, whether it has one member or several",
  },
  {
    name: "of groups that are due at one instant another is looked for",
    file: "daemon/occupancy/due-groups.ts",
    find: "return a === b ? compareKeys(there.name, group.name) < 0 : a < b;",
    replace: "return a < b;",
    test: "test/unit/occupancy/occupants.test.ts",
    title:
      "what is told is what a look at all rows says, after every batch, at every instant, and after every reading anew",
  },
  {
    name: "a change that is too large for a number is rounded",
    file: "daemon/metrics/schedule.ts",
    find: "return Number.isSafeInteger(change) ? change :",
    replace: "return Number.isFinite(change) ? change :",
    test: SCHEDULE,
    title: "hands out each instant's changes when it comes, in order, and nothing of what cancels itself",
  },
  {
    name: "what is less changes something else",
    file: "daemon/metrics/schedule.ts",
    find: "Math.floor(change / THINGS) : integerOf",
    replace: "Math.trunc(change / THINGS) : integerOf",
    test: SCHEDULE,
    title: "hands out each instant's changes when it comes, in order, and nothing of what cancels itself",
  },
  {
    name: "half of a long stretch of the schedule is lost",
    file: "daemon/metrics/schedule.ts",
    find: "[part(stretch, 0, middle), part(stretch, middle)]",
    replace: "[part(stretch, 0, middle)]",
    test: SCHEDULE,
    title: IN_ORDER,
  },
  {
    name: "the earliest day stays when it has gone",
    file: "daemon/metrics/keyed-sums.ts",
    find: "    else if (key === earliest) this.#earliest = undefined;\n",
    replace: "",
    test: "test/unit/metrics/keyed-sums.test.ts",
    title: "know how many keys are above 0 and the earliest of them, whenever it is asked for",
  },
  {
    name: "a group is looked at when its occupant changes no more",
    file: "daemon/occupancy/due-groups.ts",
    find: "    if (group.due !== undefined) this.#sorted.splice(this.#placeOf(group, group.due), 1);\n",
    replace: "",
    test: "test/unit/occupancy/occupants.test.ts",
    title:
      "what is told is what a look at all rows says, after every batch, at every instant, and after every reading anew",
  },
  {
    name: "a group that is kept as its row's image forgets that",
    file: "daemon/occupancy/occupants.ts",
    find: "    if (known !== undefined) group.foldRow(known, 1n);\n",
    replace: "",
    test: "test/unit/occupancy/occupants.test.ts",
    title:
      "what is told is what a look at all rows says, after every batch, at every instant, and after every reading anew",
  },
  {
    name: "what a group's row says is told under other names",
    file: "daemon/occupancy/occupied-group.ts",
    find: "[name, values[at] ?? null]",
    replace: "[name, values[0] ?? null]",
    test: "test/unit/owners/events.test.ts",
    title: "a guest's arrival and departure are told at their instant, with no write",
  },
  {
    name: "texts that look like one number are one",
    file: "daemon/metrics/small-map.ts",
    find: " || (length > 1 && text.charCodeAt(0) === ZERO)",
    replace: "",
    test: "test/unit/metrics/small-map.test.ts",
    title: "of texts holds what a Map would, and gives each text as it was",
  },
  {
    name: "a list of texts that grows long is a map of others",
    file: "daemon/metrics/small-map.ts",
    find: "new Map(entriesOf<K, V>(held))",
    replace: "new Map(this.entries())",
    test: "test/unit/metrics/small-map.test.ts",
    title: "of texts holds what a Map would, and gives each text as it was",
  },
  {
    name: "a group with stays is kept as its row's image",
    file: "daemon/occupancy/occupied-group.ts",
    find: "const isBare = this.#stays === undefined && this.#reported",
    replace: "const isBare = this.#reported",
    test: "test/unit/occupancy/occupants.test.ts",
    title:
      "what is told is what a look at all rows says, after every batch, at every instant, and after every reading anew",
  },
  {
    name: "who is to come is there already where nobody else is",
    file: "daemon/occupancy/occupied-group.ts",
    find: "isStill(stays, t) && stays.from <= t ? stays",
    replace: "isStill(stays, t) ? stays",
    test: "test/unit/occupancy/occupants.test.ts",
    title:
      "what is told is what a look at all rows says, after every batch, at every instant, and after every reading anew",
  },
  {
    name: "a second stay takes the place of the first",
    file: "daemon/occupancy/occupied-group.ts",
    find: "stays.fold(known, 1n, t);",
    replace: "stays.fold(known, 0n, t);",
    test: "test/unit/occupancy/occupants.test.ts",
    title:
      "what is told is what a look at all rows says, after every batch, at every instant, and after every reading anew",
  },
  {
    name: "newcomers are shown the document of those who came before",
    file: "daemon/topics/owner/shown-document.ts",
    find: "this.#since === undefined ? data : applyPatch(data, this.#since)",
    replace: "data",
    test: SHOWN,
    title: "is what came last with every patch since then, whichever of them a frame has had",
  },
  {
    name: "a topic remembers every key that has gone",
    file: "daemon/topics/owner/shown-document.ts",
    find: "this.#whole !== undefined || this.#patches >= MOST_PATCHES",
    replace: "this.#whole !== undefined",
    test: SHOWN,
    title: "remembers no more than some hundreds of keys that have gone",
  },
];

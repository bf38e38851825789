import type { Mutant } from "./mutant.ts";

/** Mistakes in what a client does with tokens, and a fake daemon. */
export const CLIENT_TOKENS_MUTANTS: readonly Mutant[] = [
  {
    name: "the fake daemon asks by the key alone whether a topic may be followed",
    file: "testing/fake-daemon.ts",
    find: 'this.mayFollow(topic.kind === "owner" ? topic.key : name)',
    replace: "this.mayFollow(topic.key)",
    test: "test/unit/testing/fake-daemon.test.ts",
    title: "has topics of other kinds, apart from owners, and refuses them by their names",
  },
  {
    name: "the fake daemon takes a token that has ended",
    file: "testing/fake-connection.ts",
    find: "if (end !== undefined && end <= timestamp) {",
    replace: "if (end === timestamp + 0.5) {",
    test: "test/unit/testing/fake-daemon.test.ts",
    title: "refuses a token that has ended, and says so, and closes a connection whose token is not renewed",
  },
  {
    name: "a token that has expired is shown again",
    file: "client/tokens.ts",
    find: "this.#kept !== undefined && !expired",
    replace: "this.#kept !== undefined",
    test: "test/unit/client/tokens.test.ts",
    title: "An expired one is not, by the time that passed, whatever the daemon's clock says",
  },
  {
    name: "a token that was refused is shown again",
    file: "client/tokens.ts",
    find: '    if (reason !== "expiring") this.forget();\n',
    replace: "",
    test: "test/unit/client/tokens.test.ts",
    title: "A refused one is not, even if there was no other to be had",
  },
  {
    name: "a token that came too late replaces a newer one",
    file: "client/tokens.ts",
    find: "if (!signal.aborted) {",
    replace: "{",
    test: "test/unit/client/tokens.test.ts",
    title: "One that came too late does not take the place of a newer one",
  },
  {
    name: "a token is left to expire",
    file: "client/protocol-socket.ts",
    find: '        void this.#refreshToken("expiring");\n',
    replace: "",
    test: "test/unit/testing/fake-daemon.test.ts",
    title: "is stale and live, expires tokens and restarts",
  },
  {
    name: "a flood of notices is one of calls to getToken",
    file: "client/protocol-socket.ts",
    find: "    if (this.#isRefreshing) return;\n",
    replace: "",
    test: "test/wire/client-refresh.test.ts",
    title: "is asked for once in ten seconds, whatever the daemon says",
  },
  {
    name: "a token that is not newer is sent",
    file: "client/protocol-socket.ts",
    find: "if (token !== this.#token) {",
    replace: "if (token) {",
    test: "test/wire/client-refresh.test.ts",
    title: "is not sent where it is the same, and asked for again",
  },
];

import type { Mutant } from "./mutant.ts";

const ISOLATION = "test/wire/gateway/isolation.test.ts";
const OWN = "L6 An owner's data reaches only connections whose token names that owner";
const AUTH = "test/unit/gateway/auth/auth.test.ts";
const AUTHENTICATION = "test/wire/gateway/authentication.test.ts";

/** Mistakes about who sees what, and how it is sent. */
export const GATEWAY_MUTANTS: readonly Mutant[] = [
  {
    name: "owner check removed in subscribe",
    file: "daemon/gateway/auth/identity.ts",
    find: "if (topic !== undefined && (identity.isAdmin || identity.topics.has(topic))) return { topic };",
    replace: "if (owner !== undefined) return { owner };",
    test: ISOLATION,
    title: OWN,
  },
  {
    name: "anybody is an administrator",
    file: "daemon/gateway/auth/claims.ts",
    find: 'const isAdmin = role === "admin";',
    replace: "const isAdmin = role !== undefined;",
    test: AUTH,
    title: "Only the role admin, spelled so, is an administrator's",
  },
  {
    name: "exp not required",
    file: "daemon/gateway/auth/claims.ts",
    find: "  exp: seconds,",
    replace: "  exp: v.optional(seconds, 9e9),",
    test: AUTH,
    title: "exp is required and ends the token, a little late for clocks that differ",
  },
  {
    name: "exp not enforced on idle sockets",
    file: "daemon/gateway/sessions/session.ts",
    find: '    this.#fail("expired");\n',
    replace: "",
    test: AUTHENTICATION,
    title: "Expiry closes an idle socket with 4010, at the token's instant and the leeway",
  },
  {
    name: "the header chooses the algorithm",
    file: "daemon/gateway/auth/auth.ts",
    find: "algorithms: [found.algorithm],",
    replace: 'algorithms: ["HS256", "HS384", "HS512", "RS256", "ES256"],',
    test: AUTH,
    title: "The header never chooses the algorithm",
  },
  {
    name: "a token has several spellings",
    file: "daemon/gateway/auth/auth.ts",
    find: "if (!isCanonical(token)) return undefined;",
    replace: "",
    test: AUTH,
    title: "A signature has one spelling too, where the library would take several",
  },
  {
    name: "iat in the future is taken",
    file: "daemon/gateway/auth/claims.ts",
    find: "if (iat !== undefined && iat > nowSeconds + leewaySeconds) return undefined;",
    replace: "",
    test: AUTH,
    title: "nbf and iat in the future are refused",
  },
  {
    name: "requests before the token are served",
    file: "daemon/gateway/sessions/session-machine.ts",
    find: 'request: () => close("unauthenticated"),',
    replace: 'request: ({ request }) => to("unauthenticated", { do: "serve", request }),',
    test: AUTHENTICATION,
    title: "A request before the token closes with 4401, nonsense with 4400",
  },
  {
    name: "a patch is sent to who lacks what it is against",
    file: "daemon/hub/subscription.ts",
    find: "    if (this.#told === undefined || this.#told !== flush.from) return this.catchUp();\n",
    replace: "",
    test: "test/unit/hub/subscription.test.ts",
    title: "A flush that doesn't follow what it was told gives the whole document",
  },
  {
    name: "a patch that does not follow is taken",
    file: "daemon/hub/channel.ts",
    find: "if (head === undefined || head.epoch !== update.epoch || head.version !== update.previous) return false;",
    replace: "",
    test: "test/wire/gateway/stream.test.ts",
    title: "A patch that does not follow is never sent: stale, a fresh load, and the document",
  },
  {
    name: "a merged patch forgets what is removed",
    file: "daemon/hub/merge.ts",
    find: "    else assign(earlier, key, above);",
    replace: "    else if (above !== null) assign(earlier, key, above);\n    else delete earlier[key];",
    test: "test/unit/hub/merge.test.ts",
    title: "A merged patch keeps the null of either, since the receiver may hold what it removes",
  },
  {
    name: "no high-water mark",
    file: "daemon/gateway/sessions/outbox.ts",
    find: "if (this.#blocked || this.#socket.bufferedBytes() <= highWaterBytes) return;",
    replace: "if (this.#blocked || highWaterBytes > 0) return;",
    test: "test/wire/gateway/slow-reader.test.ts",
    title: "L7 A slow subscriber costs bounded memory and never delays another",
  },
  {
    name: "a client applies a patch to another version",
    file: "client/materialised.ts",
    find: 'if (document?.epoch !== patch.epoch || document.version !== patch.previous) return "gap";',
    replace: 'if (document === undefined) return "gap";',
    test: "test/unit/client/materialised.test.ts",
    title: "sees a gap where the patch is against another version",
  },
];

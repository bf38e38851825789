import type { Mutant } from "./mutant.ts";

const EVENTS = "test/wire/gateway/event-stream.test.ts";
const TAGS = "test/wire/gateway/entity-tag.test.ts";
const BAD = "test/wire/gateway/bad-requests.test.ts";
const POINTS = "test/unit/gateway/http/resume-points.test.ts";

/** Mistakes about the stream as server-sent events, and about REST. */
export const HTTP_MUTANTS: readonly Mutant[] = [
  {
    name: "over HTTP any topic may be asked for",
    file: "daemon/gateway/http/http-access.ts",
    find: "wanted.map(async (name) => access(identity, name))",
    replace: "wanted.map(async (name) => ({ topic: name }) as Awaited<ReturnType<typeof access>>)",
    test: EVENTS,
    title: "Every refusal comes as a status before the stream",
  },
  {
    name: "a stream that a drain overtook goes on",
    file: "daemon/gateway/gateway.ts",
    find: "    if (draining === undefined) session.start(admission);\n    else session.finish();",
    replace: "    session.start(admission);",
    test: EVENTS,
    title: "A stream that a drain overtakes ends at once with 1012",
  },
  {
    name: "a message's id is not where the client stands",
    file: "daemon/gateway/http/event-socket.ts",
    find: "points.move(point.topic, point.cursor)",
    replace: "point.topic",
    test: EVENTS,
    title: "Are the frames of a WebSocket, byte for byte, each with the id to resume from",
  },
  {
    name: "who leaves a stream is not let go",
    file: "daemon/gateway/transports/uws-event-stream.ts",
    find: "    handlers.closed();",
    replace: "",
    test: EVENTS,
    title: "Who leaves leaves nothing behind",
  },
  {
    name: "an owner without a place resumes as if it were new",
    file: "daemon/gateway/http/resume-points.ts",
    find: '(this.#isResumed ? "" : undefined)',
    replace: "undefined",
    test: POINTS,
    title: "An owner that the id says nothing of resumes from what can't be resumed",
  },
  {
    name: "an id grows with the number of owners",
    file: "daemon/gateway/http/resume-points.ts",
    find: "if (text.length <= MAX_LENGTH || oldest === undefined)",
    replace: "if (text !== undefined || oldest === undefined)",
    test: POINTS,
    title: "An id stays short enough for a header",
  },
  {
    name: "304 whatever the tag",
    file: "daemon/gateway/http/entity-tag.ts",
    find: "opaquePart(candidate) === opaque",
    replace: "candidate !== opaque",
    test: TAGS,
    title: "Lists, strong spellings and * are understood",
  },
  {
    name: "tags are compared strongly",
    file: "daemon/gateway/http/entity-tag.ts",
    find: 'return tag.replace(/^W\\//, "");',
    replace: "return tag;",
    test: TAGS,
    title: "Lists, strong spellings and * are understood",
  },
  {
    name: "requests with a body are served",
    file: "daemon/gateway/http/well-formed.ts",
    find: 'request.header("transfer-encoding") === undefined',
    replace: "true",
    test: BAD,
    title: "None is served, nor what is hidden behind it",
  },
  {
    name: "any host will do",
    file: "daemon/gateway/http/well-formed.ts",
    find: 'HOST.test(request.header("host") ?? "")',
    replace: "true",
    test: BAD,
    title: "None is served, nor what is hidden behind it",
  },
  {
    name: "what comes behind a bad request is served",
    file: "daemon/gateway/transports/uws.ts",
    find: 'headers["connection"] === "close"',
    replace: 'headers["connection"] === "no"',
    test: BAD,
    title: "None is served, nor what is hidden behind it",
  },
  {
    name: "a header that came twice is one",
    file: "daemon/gateway/transports/ws.ts",
    find: 'incoming.headersDistinct[name]?.join(", ")',
    replace: "incoming.headersDistinct[name]?.[0]",
    test: BAD,
    title: "None is served, nor what is hidden behind it",
  },
  {
    name: "a schema changes unnoticed",
    file: "protocol/fields.ts",
    find: "v.maxLength(MAX_ID_LENGTH)",
    replace: "v.maxLength(MAX_ID_LENGTH + 1)",
    test: "test/house/asyncapi.test.ts",
    title: "Do not change without somebody looking at who still speaks the old ones",
  },
];

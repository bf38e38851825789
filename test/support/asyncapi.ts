/** The protocol as an AsyncAPI document, made from the schemas that daemon and client use. */
import { type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema, RegexAction } from "valibot";
import { CLOSE, CLOSE_MEANINGS, type CloseName, reactionTo } from "../../protocol/codes.ts";
import { down } from "../../protocol/down.ts";
import { event } from "../../protocol/down/event.ts";
import { CLOSE_EVENT, closeEvent, EVENT_STREAM_TYPE } from "../../protocol/event-stream.ts";
import { jsonObject, presenceState } from "../../protocol/json.ts";
import { MAX_STATE_BYTES } from "../../protocol/limits.ts";
import { up } from "../../protocol/up.ts";
import { PROTOCOL, STREAM_PATH } from "../../protocol/version.ts";

interface Named {
  readonly name: string;
  readonly schema: GenericSchema;
}

/** Messages from a client, by their type. */
const UP = up.options.map((schema) => ({ name: schema.entries.type.literal as string, schema }));

/** Frames from the daemon, by their type; the last stands for every event that a configuration declares. */
const DOWN: readonly Named[] = [
  ...down.options.map((schema) => ({ name: schema.entries.type.literal as string, schema })),
  { name: "event", schema: event },
];

/** No arrays, in a payload as in a metrics document: JSON Schema says so by what its values may be. */
const JSON_OBJECT: JsonSchema = {
  type: "object",
  additionalProperties: { type: ["string", "number", "boolean", "null", "object"] },
};

/** Schemas that are functions, as JSON Schema has them. */
const OVERRIDES: ReadonlyMap<unknown, JsonSchema> = new Map<unknown, JsonSchema>([
  [jsonObject, JSON_OBJECT],
  [presenceState, { description: `Any JSON of at most ${MAX_STATE_BYTES} bytes.` }],
]);

function schemaOf(schema: GenericSchema): object {
  const { $schema: _dialect, ...rest } = toJsonSchema(schema, {
    typeMode: "input",
    overrideSchema: ({ valibotSchema }) => OVERRIDES.get(valibotSchema),
    // A pattern of JSON Schema is one of Unicode, as `u` says.
    overrideAction: ({ valibotAction: action, jsonSchema }) =>
      action.type === "regex"
        ? { ...jsonSchema, pattern: (action as RegexAction<string, undefined>).requirement.source }
        : undefined,
  });
  return rest;
}

/** The JSON Schemas of all messages: what a hash of the protocol is made of. */
export function schemasOfMessages(): Readonly<Record<string, object>> {
  const all = [
    ...UP.map(({ name, schema }) => [`up.${name}`, schemaOf(schema)]),
    ...DOWN.map(({ name, schema }) => [`down.${name}`, schemaOf(schema)]),
    [`sse.${CLOSE_EVENT}`, schemaOf(closeEvent)],
  ];
  return Object.fromEntries(all) as Record<string, object>;
}

export function asyncApiDocument(): object {
  const names = Object.keys(schemasOfMessages());
  const to = (direction: string) =>
    names.filter((name) => name.startsWith(direction)).map((name) => ({ $ref: `#/channels/stream/messages/${name}` }));
  return {
    asyncapi: "3.1.0",
    info: {
      title: "deltad",
      version: PROTOCOL,
      description:
        "Live metrics and events of owners. docs/protocol.md explains it with a transcript of every situation.",
      license: { name: "MIT" },
    },
    defaultContentType: "application/json",
    servers: {
      websocket: {
        host: "{host}",
        protocol: "ws",
        ...SERVER,
        description: `Subprotocol ${PROTOCOL}, JSON text frames.`,
      },
      events: {
        host: "{host}",
        protocol: "http",
        ...SERVER,
        description: `The frames as ${EVENT_STREAM_TYPE}; nothing is sent up. The id of a message is what Last-Event-ID takes.`,
      },
    },
    channels: {
      stream: {
        address: STREAM_PATH,
        servers: [{ $ref: "#/servers/websocket" }, { $ref: "#/servers/events" }],
        messages: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }])),
        bindings: {
          ws: {
            method: "GET",
            headers: { type: "object", properties: { authorization: { type: "string", pattern: "^Bearer " } } },
          },
        },
      },
    },
    operations: {
      tell: { action: "send", channel: { $ref: "#/channels/stream" }, messages: [...to("down."), ...to("sse.")] },
      hear: { action: "receive", channel: { $ref: "#/channels/stream" }, messages: to("up.") },
    },
    components: {
      messages: Object.fromEntries(
        names.map((name) => [
          name,
          { name: name.slice(name.indexOf(".") + 1), payload: { $ref: `#/components/schemas/${name}` } },
        ]),
      ),
      schemas: schemasOfMessages(),
      securitySchemes: { token: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
    },
    "x-close-codes": Object.entries(CLOSE).map(([name, { code }]) => ({
      code,
      meaning: CLOSE_MEANINGS[name as CloseName],
      reaction: reactionTo(code),
    })),
  };
}

const SERVER = {
  variables: { host: { default: "127.0.0.1:4000", description: "Where the daemon, or the proxy before it, listens." } },
  security: [{ $ref: "#/components/securitySchemes/token" }],
} as const;

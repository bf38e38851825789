/**
 * The one table of options: environment names, validation, `--help` and the README's table all come from it.
 * Every value passes its schema as text, defaults included; a schema's message completes "NAME …" and never holds the value.
 */
import * as v from "valibot";
import { ADMIN_OPTIONS } from "./admin-options.ts";
import { LIMIT_OPTIONS } from "./limit-options.ts";
import {
  busUrl,
  connectionUrl,
  duration,
  hostName,
  jwksUrl,
  origins,
  secret,
  text,
  wholeNumber,
} from "./option-values.ts";

export interface Option<Schema extends v.GenericSchema<string, unknown> = v.GenericSchema<string, unknown>> {
  readonly name: string;
  /** Read where `name` is not set. */
  readonly otherName?: string;
  /** Undefined: the option may be left out, or must be given (see `required`). */
  readonly default?: string;
  readonly required?: boolean;
  /** One sentence without the full stop, for people. */
  readonly help: string;
  readonly schema: Schema;
}

export const OPTIONS = {
  databaseUrl: {
    name: "DATABASE_URL",
    required: true,
    help: "the database, as a direct connection (no pooler in transaction mode): `postgresql://user:password@host:port/database`",
    schema: connectionUrl,
  },
  configFile: {
    name: "DELTAD_CONFIG",
    default: "deltad.config.ts",
    help: "the file that defines tables and metrics; also `--config`",
    schema: text,
  },
  host: {
    name: "DELTAD_HOST",
    default: "127.0.0.1",
    help: "the address to listen on",
    schema: hostName,
  },
  port: {
    name: "DELTAD_PORT",
    otherName: "PORT",
    default: "8080",
    help: "the port to listen on; `PORT` where it is not set",
    schema: wholeNumber(0, 65_535),
  },
  transport: {
    name: "DELTAD_TRANSPORT",
    default: "auto",
    help: "the WebSocket server: `uws` (uWebSockets.js), `ws`, or `auto`: `uws` where its binary loads",
    schema: v.picklist(["auto", "uws", "ws"], "must be auto, uws or ws"),
  },
  jwtSecret: {
    name: "DELTAD_JWT_SECRET",
    help: "the secret that signs tokens with HS256, at least 32 bytes; this, `DELTAD_JWT_PUBLIC_KEY` or `DELTAD_JWKS_URL`",
    schema: secret,
  },
  jwtSecretNext: {
    name: "DELTAD_JWT_SECRET_NEXT",
    help: "a second secret whose tokens are taken too, while the first one is being replaced",
    schema: secret,
  },
  jwtPublicKey: {
    name: "DELTAD_JWT_PUBLIC_KEY",
    help: "the public key that checks tokens signed with RS256 (RSA) or ES256 (P-256): PEM, or the path of a PEM file",
    schema: text,
  },
  jwksUrl: {
    name: "DELTAD_JWKS_URL",
    help: "where the keys are that check tokens signed with RS256 or ES256, by the token's `kid`: https, or http on this machine",
    schema: jwksUrl,
  },
  jwtIssuer: {
    name: "DELTAD_JWT_ISSUER",
    help: "the `iss` that tokens must carry",
    schema: text,
  },
  jwtAudience: {
    name: "DELTAD_JWT_AUDIENCE",
    help: "the `aud` that tokens must carry",
    schema: text,
  },
  jwtLeewayS: {
    name: "DELTAD_JWT_LEEWAY_S",
    default: "10",
    help: "seconds by which the clock of who makes tokens may differ",
    schema: wholeNumber(0, 60),
  },
  jwtMaxLifetimeS: {
    name: "DELTAD_JWT_MAX_LIFETIME_S",
    help: "seconds that a token may live, from its `iat` to its `exp`; one without `iat` is then refused",
    schema: wholeNumber(1, 999_999_999),
  },
  origins: {
    name: "DELTAD_ORIGINS",
    default: "",
    help: "web origins besides the daemon's own whose pages may connect, separated by commas",
    schema: origins,
  },
  heartbeatMs: {
    name: "DELTAD_HEARTBEAT_MS",
    default: "30000",
    help: "milliseconds between the heartbeats sent to a client",
    schema: wholeNumber(1_000, 600_000),
  },
  minIntervalMs: {
    name: "DELTAD_MIN_INTERVAL_MS",
    default: "50",
    help: "milliseconds between two frames about one owner; what changes in between is merged",
    schema: wholeNumber(0, 60_000),
  },
  ...LIMIT_OPTIONS,
  retention: {
    name: "DELTAD_RETENTION",
    default: "24h",
    help: "how long a client may be away and still get every event that it missed: `90s`, `30m`, `24h`, `7d`; `0`: none",
    schema: duration,
  },
  retainedRows: {
    name: "DELTAD_RETAINED_ROWS",
    default: "1000000",
    help: "how many changes are kept for that at most, of all watched tables together; an update counts twice",
    schema: wholeNumber(0, 100_000_000),
  },
  suspendAfter: {
    name: "DELTAD_SUSPEND_AFTER",
    default: "24h",
    help: "how long no daemon may be there before capture suspends itself, so that the database does not fill up; the next daemon brings it back; `0`: never for that reason",
    schema: duration,
  },
  suspendRows: {
    name: "DELTAD_SUSPEND_ROWS",
    default: "10000000",
    help: "after how many changes that no daemon saw it does the same, some 120 bytes each; `0`: never for that reason",
    schema: wholeNumber(0, 1_000_000_000),
  },
  auditInterval: {
    name: "DELTAD_AUDIT_INTERVAL",
    default: "60s",
    help: "how often the daemon compares one owner that it has loaded with what SQL says, and reads it again where they differ; `0`: never",
    schema: duration,
  },
  busUrl: {
    name: "DELTAD_BUS_URL",
    help: "where daemons tell each other who is there, `redis://host:6379` (`rediss:` by TLS; needs the package `redis`); without it they do in the database",
    schema: busUrl,
  },
  ...ADMIN_OPTIONS,
  logLevel: {
    name: "DELTAD_LOG_LEVEL",
    default: "info",
    help: "the least important log lines to write: `debug`, `info`, `warn`, `error` or `silent`",
    schema: v.picklist(["debug", "info", "warn", "error", "silent"], "must be debug, info, warn, error or silent"),
  },
} as const satisfies Record<string, Option>;

export type OptionKey = keyof typeof OPTIONS;
type Value<Key extends OptionKey> = v.InferOutput<(typeof OPTIONS)[Key]["schema"]>;
/** Options that always have a value: those with a default, and the required ones. */
type Certain = {
  [Key in OptionKey]: (typeof OPTIONS)[Key] extends { default: string } | { required: true } ? Key : never;
}[OptionKey];

export type OptionValue<Key extends OptionKey> = Key extends Certain ? Value<Key> : Value<Key> | undefined;

/** The options as {@link OPTIONS} names them, each in its own type. */
export type OptionValues = { readonly [Key in OptionKey]: OptionValue<Key> };

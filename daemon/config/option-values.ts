/** The schemas of options, from their text. The messages complete "NAME …", say what to do, and never repeat a value. */
import { isIP } from "node:net";
import * as v from "valibot";

/** Fewer bytes than the digest of HS256 can be guessed offline from one token (RFC 7518, 3.2). */
const SECRET_BYTES = 32;

/** Any text: the code that uses it can say better what is wrong with it. */
export const text = v.string();

export const connectionUrl = v.pipe(
  v.string(),
  v.check(
    (text) => /^postgres(ql)?:$/.test(parsed(text)?.protocol ?? ""),
    "must be a URL like postgresql://user:password@host:port/database",
  ),
);

export const busUrl = v.pipe(
  v.string(),
  v.check(
    isRedisUrl,
    "must be a URL like redis://user:password@host:6379, or with /1, the number of a database, after it; % in a password is %25",
  ),
);

export const secret = v.pipe(
  v.string(),
  v.check(
    (text) => Buffer.byteLength(text) >= SECRET_BYTES,
    `must have at least ${SECRET_BYTES} bytes; \`openssl rand -base64 48\` makes a good one`,
  ),
);

/** Of this machine, to listen on. */
export const hostName = v.pipe(v.string(), v.regex(/^[\w.:-]+$/, "must be an address or a host name"));

/** `prometheus:…, ana:…` as a frozen list of names with their secrets. */
export const adminTokens = v.pipe(
  v.string(),
  v.transform((text) => Object.freeze(listed(text).map(namedSecret))),
  v.check(
    (list) =>
      list.every(({ name, secret }) => /^[a-z0-9_-]{1,32}$/.test(name) && Buffer.byteLength(secret) >= SECRET_BYTES),
    `must be names (small letters, digits, _ and -) with tokens of at least ${SECRET_BYTES} bytes, as in name:token,other:token; \`openssl rand -hex 32\` makes a good one`,
  ),
  v.check(
    (list) => new Set(list.map(({ name }) => name)).size === list.length,
    "must give each holder a name of its own",
  ),
);

/** `https://a.example, https://b.example:8443` as a frozen list of exact origins. */
export const origins = v.pipe(
  v.string(),
  v.transform((text) => Object.freeze(listed(text))),
  v.check(
    (list) => list.every((origin) => parsed(origin)?.origin === origin),
    "must be origins like https://app.example.com, without a path, separated by commas",
  ),
);

/** `10.0.0.0/8, ::1` as a frozen list. */
export const trustedProxies = v.pipe(
  v.string(),
  v.transform((text) => Object.freeze(listed(text))),
  v.check(
    (list) => list.every(isAddressRange),
    "must be addresses or ranges like 10.0.0.0/8 or fd00::/8, separated by commas",
  ),
);

/** Keys that anybody on the way could change would let them make tokens: only this machine needs no TLS. */
export const jwksUrl = v.pipe(
  v.string(),
  v.check((text) => {
    const url = parsed(text);
    return url?.protocol === "https:" || (url?.protocol === "http:" && LOOPBACK.test(url.hostname));
  }, "must be an https URL (http only where the host is localhost or 127.0.0.1)"),
);

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** A decimal integer, both bounds included. */
export function wholeNumber(least: number, most: number): v.GenericSchema<string, number> {
  const message = `must be a whole number from ${least} to ${most}`;
  return v.pipe(
    v.string(),
    v.regex(/^\d{1,9}$/, message),
    v.transform(Number),
    v.minValue(least, message),
    v.maxValue(most, message),
  );
}

function listed(text: string): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean);
}

function namedSecret(text: string): { readonly name: string; readonly secret: string } {
  const [name = "", ...secret] = text.split(":");
  return { name, secret: secret.join(":") };
}

function isAddressRange(text: string): boolean {
  const [address = "", bits, more] = text.split("/");
  const family = isIP(address);
  if (family === 0 || more !== undefined) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

/** `0`, `90s`, `30m`, `24h`, `7d` in seconds. */
export const duration = v.pipe(
  v.string(),
  v.check((text) => text === "0" || secondsOf(text) !== undefined, "must be a duration like 90s, 30m, 24h or 7d, or 0"),
  v.transform((text) => secondsOf(text) ?? 0),
);

/** One that the client of Redis takes: it refuses others each time it connects. */
function isRedisUrl(text: string): boolean {
  const url = parsed(text);
  if (url === undefined || !/^rediss?:$/.test(url.protocol) || url.hostname === "") return false;
  return /^(\/\d*)?$/.test(url.pathname) && isDecodable(url.username) && isDecodable(url.password);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function parsed(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** `90s`, `30m`, `24h`, `7d` in seconds; undefined for anything else. */
export function secondsOf(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  return unit === undefined ? undefined : Number(count) * (SECONDS[unit] ?? 0);
}

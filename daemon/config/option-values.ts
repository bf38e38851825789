/** What the text of an option may be. The messages complete "NAME …", say what to do, and never repeat a value. */
import * as v from "valibot";

/** Fewer bytes than the digest of HS256 can be guessed offline from one token (RFC 7518, 3.2). */
const SECRET_BYTES = 32;

/** Anything: whoever uses it can tell better what is wrong with it. */
export const text = v.string();

export const connectionUrl = v.pipe(
  v.string(),
  v.check(
    (text) => /^postgres(ql)?:$/.test(parsed(text)?.protocol ?? ""),
    "must be a URL like postgresql://user:password@host:port/database",
  ),
);

export const secret = v.pipe(
  v.string(),
  v.check(
    (text) => Buffer.byteLength(text) >= SECRET_BYTES,
    `must have at least ${SECRET_BYTES} bytes; \`openssl rand -base64 48\` makes a good one`,
  ),
);

/** `https://a.example, https://b.example:8443` as a frozen list of exact origins. */
export const origins = v.pipe(
  v.string(),
  v.transform((text) =>
    Object.freeze(
      text
        .split(",")
        .map((origin) => origin.trim())
        .filter(Boolean),
    ),
  ),
  v.check(
    (list) => list.every((origin) => parsed(origin)?.origin === origin),
    "must be origins like https://app.example.com, without a path, separated by commas",
  ),
);

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

function parsed(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

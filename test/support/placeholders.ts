/** Puts the same text for whatever differs from run to run, so that transcripts can be compared. What was equal stays equal. */
export function withPlaceholders(lines: readonly string[]): string {
  const texts = { epoch: naming("EPOCH"), cursor: naming("CURSOR"), event: naming("EVENT"), token: naming("TOKEN") };
  const versions = new Map<string, number>();
  const version = (number: string): string => {
    if (!versions.has(number)) versions.set(number, versions.size + 1);
    return String(versions.get(number));
  };
  return lines
    .join("\n")
    .replaceAll(
      /"(timestamp|expiresAt)":\d+/g,
      (_, name: string) => `"${name}":${name === "timestamp" ? 1778245509123 : 1778249109000}`,
    )
    .replaceAll(/"heartbeatMs":\d+/g, '"heartbeatMs":30000')
    .replaceAll(/"connectionId":"[^"]+"/g, '"connectionId":"CONNECTION"')
    .replaceAll(/"(asOf|since)":"[^"]+"/g, '"$1":"2026-05-08T13:05:09.123456Z"')
    .replaceAll(/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, (token) => texts.token(token))
    .replaceAll(/"id":"([\w-]{22})"/g, (_, id: string) => `"id":"${texts.event(id)}"`)
    .replaceAll(/"(cursor|resume)":"([^"]+)"/g, (whole, name: string, cursor: string) =>
      cursor === MADE_UP ? whole : `"${name}":"${texts.cursor(cursor)}"`,
    )
    .replaceAll(/"for":"[\w-]{32}"/g, '"for":"RECEIPT"')
    .replaceAll(/^((?:id|Last-Event-ID): )(\S+)$/gm, (_, name: string, cursor: string) => name + texts.cursor(cursor))
    .replaceAll(/"epoch":"([^"]+)"/g, (_, epoch: string) => `"epoch":"${texts.epoch(epoch)}"`)
    .replaceAll(/"(version|previous)":(\d+)/g, (_, name: string, number: string) => `"${name}":${version(number)}`)
    .replaceAll(
      /W\/"(.+)\.(\d+)"/g,
      (_, epoch: string, number: string) => `W/"${texts.epoch(epoch)}.${version(number)}"`,
    );
}

/** A cursor that is nobody's. */
export const MADE_UP = "made-up";

/** NAME-1, NAME-2 … in the order of appearance. */
function naming(name: string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    if (!known.has(text)) known.set(text, `${name}-${known.size + 1}`);
    return known.get(text) ?? text;
  };
}

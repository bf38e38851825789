/** Turns pino's JSON lines into what is written: without secrets, without control characters, on one line each. */

const LEVELS: Readonly<Record<number, string>> = { 20: "debug", 30: "info", 40: "warn", 50: "error" };

/** A line for machines. */
export function machineLine(json: string): string {
  return `${withoutControls(withoutSecrets(json.trimEnd()))}\n`;
}

/** A line for people: `12:00:00 warn  what happened (field value, …)`. */
export function humanLine(json: string): string {
  const { level, time, msg, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const clock = new Date(Number(time)).toTimeString().slice(0, 8);
  const details = Object.entries(fields).map(([name, value]) => `${name} ${plain(value)}`);
  const text = `${clock} ${(LEVELS[Number(level)] ?? "").padEnd(5)} ${plain(msg ?? "")}${details.length > 0 ? ` (${details.join(", ")})` : ""}`;
  return `${withoutControls(withoutSecrets(text))}\n`;
}

function plain(value: unknown): string {
  if (typeof value === "string") return value;
  const message = typeof value === "object" && value && "message" in value ? value.message : undefined;
  return typeof message === "string" ? message : JSON.stringify(value);
}

/** Nothing here is meant to log a password or token; a driver's error message may hold one all the same. */
function withoutSecrets(text: string): string {
  return text
    .replace(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"]*):[^\s@"]*@/gi, "$1:***@")
    .replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, "<token>");
}

/** C0, DEL and C1 characters steer terminals; so do the line separators of Unicode split lines. */
function withoutControls(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

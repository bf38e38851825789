/** SQLSTATE of a statement whose time was over, or that an administrator has ended. */
export const QUERY_CANCELED = "57014";

/** SQLSTATE of an error that PostgreSQL sent, or the code of a socket's error; undefined for anything else. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/**
 * An error as one line for logs and clients. Never holds row data: messages of data errors (classes 22 and 23) quote values, so
 * only their code is given; detail, hint and context are never given.
 */
export function reasonOf(error: unknown): string {
  const code = errorCode(error);
  if (code !== undefined && /^2[23]...$/.test(code)) return `PostgreSQL error ${code}`;
  // Connecting to a name with several addresses fails with an AggregateError, whose own message is empty.
  const text = error instanceof Error ? error.message || (code ?? error.name) : String(error);
  return text.replaceAll(/\s+/g, " ");
}

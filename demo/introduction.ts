import { psqlLine } from "./write.ts";

export interface Introduced {
  /** The page's address, with a slash at its end. */
  readonly url: string;
  readonly token: string;
  readonly owner: string;
  readonly databaseUrl: string;
  /** Where psql finds the password; undefined where there is no psql. */
  readonly passwordFile: string | undefined;
  readonly pid: number;
}

/** What to tell when the demo runs: one line each. */
export function introduction({ url, token, owner, databaseUrl, passwordFile, pid }: Introduced): string[] {
  return [
    `open the page:    ${url}#token=${token}`,
    "write a booking:  npx deltad demo write",
    ...(passwordFile === undefined ? [] : [`or by psql:       ${psqlLine(databaseUrl, passwordFile, owner)}`]),
    `stop:             Ctrl-C, or: kill ${pid}`,
  ];
}

import { psqlLine } from "./write.ts";

export interface Introduced {
  /** The page's address, with a slash at its end. */
  readonly url: string;
  readonly token: string;
  /** Of an administrator. */
  readonly adminToken: string;
  /** Of the page of conversations, likewise. */
  readonly conversationsUrl: string;
  /** Of somebody who talks with the owner. */
  readonly guestToken: string;
  readonly owner: string;
  readonly databaseUrl: string;
  /** Where psql finds the password; undefined where there is no psql. */
  readonly passwordFile: string | undefined;
  readonly pid: number;
}

/** What to tell when the demo runs: one line each. */
export function introduction(introduced: Introduced): string[] {
  const { url, token, adminToken, conversationsUrl, guestToken, owner, databaseUrl, passwordFile, pid } = introduced;
  return [
    `open the page:    ${url}#token=${token}`,
    `see all owners:   ${url}#token=${adminToken}`,
    `talk as a guest:  ${conversationsUrl}#token=${guestToken}`,
    "write a booking:  npx deltad demo write",
    ...(passwordFile === undefined ? [] : [`or by psql:       ${psqlLine(databaseUrl, passwordFile, owner)}`]),
    `stop:             Ctrl-C, or: kill ${pid}`,
  ];
}

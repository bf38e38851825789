import { ConfigError } from "../config/errors.ts";
import { errorCode, reasonOf } from "./reason.ts";

interface Advice {
  /** Completes "cannot open a database session at …: reason; …". */
  readonly remedy: string;
  /** Trying again does not help until the operator has mended something. */
  readonly isOperators: boolean;
}

const CERTIFICATE: Advice = {
  remedy: "name the certificate's host in the database URL, and its authority by sslrootcert=FILE",
  isOperators: true,
};

/** By SQLSTATE, or by the code of the socket's error. */
const BY_CODE: ReadonlyMap<string, Advice> = new Map([
  ["28P01", { remedy: "check user and password of the database URL", isOperators: true }],
  ["28000", { remedy: "check the user of the database URL, and the server's pg_hba.conf", isOperators: true }],
  ["3D000", { remedy: "create the database, or correct the database URL", isOperators: true }],
  ["ENOTFOUND", { remedy: "check the host in the database URL", isOperators: true }],
  ["ECONNREFUSED", { remedy: "is PostgreSQL running there, and the database URL right?", isOperators: false }],
  ["ERR_TLS_CERT_ALTNAME_INVALID", CERTIFICATE],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", CERTIFICATE],
  ["SELF_SIGNED_CERT_IN_CHAIN", CERTIFICATE],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", CERTIFICATE],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", CERTIFICATE],
]);

/** By the text of node-postgres' own errors, which have no code. */
const BY_TEXT: readonly (readonly [RegExp, Advice])[] = [
  [/client password must be/, { remedy: "put the password into the database URL", isOperators: true }],
  [/does not support SSL/, { remedy: "turn ssl on in the server, or set sslmode=disable", isOperators: true }],
];

/** Advice about a database that can't be connected to; undefined where there is none. */
export function connectAdvice(error: unknown): Advice | undefined {
  const text = reasonOf(error);
  return BY_CODE.get(errorCode(error) ?? "") ?? BY_TEXT.find(([pattern]) => pattern.test(text))?.[1];
}

/** What node-postgres' parser of URLs throws, as the operator's mistake: its own errors quote the URL, password and all. */
export function unusableUrl(error: unknown): ConfigError {
  // It reads the files of certificates, too: those errors have a system's code.
  const code = errorCode(error) ?? "";
  return /^E[A-Z]+$/.test(code)
    ? new ConfigError(
        `a file that the database URL names can't be read (${code}): check sslrootcert, sslcert and sslkey in DATABASE_URL`,
      )
    : new ConfigError(
        "DATABASE_URL is not a PostgreSQL connection string (postgresql://user:password@host:port/database)",
      );
}

/** What `deltad.here()` gives a writer (sql/here.sql): names a transaction in one life of the change rows, and tells nobody else which. */
import { hash, timingSafeEqual } from "node:crypto";

export interface Receipt {
  /** The life of the change rows in which it was made. */
  readonly incarnation: string;
  readonly xid: bigint;
}

/** `malformed`: no receipt at all. `foreign`: none of this database in this life of its change rows. */
export type ReadReceipt = Receipt | "malformed" | "foreign";

const FORM = /^[\w-]{32}$/;
const DIGEST_BYTES = 16;

export class Receipts {
  #incarnation: string | undefined;

  /** Receipts of this life of the change rows are good from now on, those of the one before are foreign. */
  begin(incarnation: string): void {
    this.#incarnation = incarnation;
  }

  /** Undefined while no database was read yet: nobody can say. */
  read(text: string): ReadReceipt | undefined {
    const incarnation = this.#incarnation;
    if (!FORM.test(text)) return "malformed";
    if (incarnation === undefined) return undefined;
    const secret = Buffer.from(incarnation, "hex");
    const bytes = Buffer.from(text, "base64url");
    const digest = bytes.subarray(0, DIGEST_BYTES);
    const xid = bytes.readBigInt64BE(DIGEST_BYTES) ^ sha256(secret, "seal ", digest).readBigInt64BE();
    const isGenuine = timingSafeEqual(sha256(secret, `receipt ${xid}`).subarray(0, DIGEST_BYTES), digest);
    return isGenuine ? { incarnation, xid } : "foreign";
  }
}

function sha256(secret: Buffer, text: string, more: Uint8Array = new Uint8Array()): Buffer {
  return hash("sha256", Buffer.concat([secret, Buffer.from(text), more]), "buffer");
}

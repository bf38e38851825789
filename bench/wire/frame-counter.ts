/** The least that reads what a WebSocket server sends: counts its messages, without looking into them. */

/** A longer message has its length in two more bytes, from 65,536 bytes in eight. */
const SHORT = 126;
const LONGEST_HEAD = 10;

export class FrameCounter {
  /** Messages of at least {@link SHORT} bytes: all that tell of owners, but no heartbeat, welcome or ping. */
  count = 0;
  #left = 0;
  /** Of a frame whose head came in two pieces. */
  #head: Uint8Array = new Uint8Array();

  push(chunk: Uint8Array): void {
    const bytes = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
    let at = this.#left;
    for (; at < bytes.length; ) {
      const head = readHead(bytes, at);
      if (head === undefined) break;
      if (head.payload >= SHORT) this.count += 1;
      at += head.bytes + head.payload;
    }
    this.#head = at < bytes.length ? bytes.slice(at) : this.#head.subarray(0, 0);
    this.#left = Math.max(0, at - bytes.length);
  }
}

/** Undefined where it is not there whole. */
function readHead(bytes: Uint8Array, at: number): { bytes: number; payload: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, Math.min(LONGEST_HEAD, bytes.length - at));
  const size = view.byteLength < 2 ? 0 : view.getUint8(1);
  if (view.byteLength >= 2 && size < SHORT) return { bytes: 2, payload: size };
  if (view.byteLength >= 4 && size === SHORT) return { bytes: 4, payload: view.getUint16(2) };
  if (view.byteLength >= 10) return { bytes: 10, payload: Number(view.getBigUint64(2)) };
  return undefined;
}

/**
 * How much of a text leaves the database. A frame is encoded once and kept for each reader that does not take it, and a batch is read whole:
 * without limits a few rows with a megabyte of text each would fill the daemon's memory, and that of whoever listens.
 */

/** In characters, of one text in an event's data; what is longer is cut, and ends with an ellipsis. */
export const MOST_TEXT = 4_096;
/** In characters, of all the texts of one event's data together: each gets an equal part. */
export const MOST_EVENT_TEXT = 16_384;
/** In characters, of a text that a document shows; an owner keeps those of some rows more. */
export const MOST_SHOWN_TEXT = 256;
/** In bytes, of a group's key: a longer one is told by its beginning and a digest of the whole, so that no two become one. */
const MOST_KEY_BYTES = 200;
const KEY_BEGINNING = 40;

/**
 * The length in bytes and the beginning are known without reading a long text, so that neither a short nor a very long one costs much: to
 * count the characters of a megabyte takes 2 ms. A character has at most four bytes.
 */
export function cutText(text: string, most: number): string {
  const isLonger = `octet_length(${text}) > ${4 * most} or octet_length(${text}) > ${most} and length(${text}) > ${most}`;
  return `case when ${isLonger} then left(${text}, ${most}) || '…' else ${text} end`;
}

/** Two hashes of 64 bits instead of md5, which takes 2 ms for a megabyte. */
export function shortKey(text: string): string {
  const hash = (seed: number): string => `lpad(to_hex(hashtextextended(${text}, ${seed})), 16, '0')`;
  const short = `left(${text}, ${KEY_BEGINNING}) || '…' || ${hash(0)} || ${hash(1)}`;
  return `case when octet_length(${text}) > ${MOST_KEY_BYTES} then ${short} else ${text} end`;
}

/** How long each of so many texts of one event may be. */
export function textShare(texts: number): number {
  return Math.min(MOST_TEXT, Math.floor(MOST_EVENT_TEXT / Math.max(1, texts)));
}

/** The largest message a client may send, in bytes. A token that names 256 topics by UUID still fits. */
export const MAX_MESSAGE_BYTES = 16 * 1024;

/** How long a socket may stay open without a token. */
export const AUTHENTICATION_TIMEOUT_MS = 5_000;

/** The longest `id` of a request, in UTF-16 units; room for a UUID with a prefix. */
export const MAX_ID_LENGTH = 64;

/** How many rows a page of older ones may have. */
export const MAX_PAGE_ROWS = 100;

/** The longest position of a row in a request: of keys of a thousand bytes. */
export const MAX_POSITION_LENGTH = 2_048;

/** The most that a client may say of its user to those at a channel, in bytes of JSON. */
export const MAX_STATE_BYTES = 512;

/** How long somebody types after the last sign of it. */
export const TYPING_MS = 6_000;

/** The longest kind of a topic. */
export const MAX_KIND_LENGTH = 32;

/** The longest key of a topic, in UTF-16 units. */
export const MAX_KEY_LENGTH = 256;

/** How many operations one request may have. */
export const MAX_OPERATIONS = 64;

/** The longest key of a row that an operation may name, in UTF-16 units. */
export const MAX_ROW_KEY_LENGTH = 1_024;

/** The longest receipt of a transaction in a request; those that `deltad.here()` gives have 32 characters. */
export const MAX_RECEIPT_LENGTH = 64;

/** How long a request for a transaction waits, unless it says so itself, and how long at most. */
export const WAIT_MS = 5_000;
export const MAX_WAIT_MS = 30_000;

/**
 * The last frames that were handed to one connection: what each was, never what it said. Operators ask for them when somebody was not told.
 *
 * There may be very many connections, so a frame is two words in a room of a shared pool (frame-pool.ts), 1,632 bytes for all of a
 * connection:
 *
 *     type 5 bits | topic 4 | version 15 | time since the frame before 8
 *     bytes 16 | delay 8 | unread bytes 8
 *
 * Sizes and times are small floats. A version is kept modulo {@link VERSIONS}: within an epoch those of a topic only grow, and the last of each
 * is known whole, so the others follow from the newest to the oldest. Topics have numbers, the latest {@link MOST_TOPICS}: of a connection
 * with more, frames of those that were told of longest ago don't say which it was.
 */
import { down } from "../../../protocol/down.ts";
import type { Frame } from "../../hub/frame.ts";
import type { FramePool } from "./frame-pool.ts";
import { SmallFloat } from "./small-float.ts";

/** A frame as it was handed over; numbers but the version are to within some percent. */
export interface RecordedFrame {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** `event` for all that the configuration declares. */
  readonly type: string;
  /** Undefined where it is about the connection, or not known any more. */
  readonly topic: string | undefined;
  readonly bytes: number;
  /** Undefined where it has none, or was of an earlier epoch. */
  readonly version: number | undefined;
  /** From its making until it was handed over. */
  readonly delayMs: number;
  /** That the client had not taken then, this frame and those with it included. */
  readonly bufferedBytes: number;
}

const MOST_FRAMES = 200;
const MOST_TOPICS = 8;
export const WORDS_PER_RECORDER = MOST_TOPICS + 2 * MOST_FRAMES;
/** A cell has 1 to this; 0: none. */
const VERSIONS = 0x7fff;
const ANOTHER_TOPIC = 15;
const TYPES: readonly string[] = ["event", ...down.options.map(({ entries }) => entries.type.literal)];
const TYPE_NUMBERS: ReadonlyMap<string, number> = new Map(TYPES.map((type, at) => [type, at]));
const NO_TOPICS: readonly string[] = [];
const SIZE = new SmallFloat(16, 11);
const ROUGH = new SmallFloat(8, 3);

export class FrameRecorder {
  readonly #pool: FramePool;
  /** In front of the cells is of each topic one more than its last version in this epoch; 0: none. */
  readonly #room: number;
  /** Of all that were recorded. */
  #count = 0;
  /** When the last one was, as its cell tells it: errors of the cells' times don't add up. */
  #lastMs: number;
  /** Made anew with each that is added: no room is kept for more. */
  #topics: readonly string[] = NO_TOPICS;
  #replaced = 0;
  #epoch: string | undefined;
  /** The first frame of this epoch. */
  #epochFrom = 0;

  /** Undefined where the pool has no room left. */
  static begin(pool: FramePool, nowMs: number): FrameRecorder | undefined {
    const room = pool.take();
    return room === undefined ? undefined : new FrameRecorder(pool, room, nowMs);
  }

  private constructor(pool: FramePool, room: number, nowMs: number) {
    this.#pool = pool;
    this.#room = room;
    this.#lastMs = nowMs;
  }

  /** Of the frame that came last of those that have one: only versions of this one are known. */
  get epoch(): string | undefined {
    return this.#epoch;
  }

  /** @param bufferedBytes that the client had not taken once it was handed over */
  record({ type, topic, position, bytes, madeMs }: Frame, nowMs: number, bufferedBytes: number): void {
    const words = this.#pool.slabOf(this.#room);
    const from = this.#pool.fromOf(this.#room);
    const { epoch, version } = position;
    if (epoch !== undefined && epoch !== this.#epoch) this.#beginEpoch(epoch, words, from);
    const topicNumber = topic === undefined ? 0 : this.#numberOf(topic, words, from);
    if (version !== undefined && topicNumber > 0) words[from + topicNumber - 1] = version + 1;
    const gap = ROUGH.encode(nowMs - this.#lastMs);
    this.#lastMs += ROUGH.decode(gap);
    const told = version === undefined ? 0 : (version % VERSIONS) + 1;
    const at = from + cellOf(this.#count);
    words[at] = ((TYPE_NUMBERS.get(type) ?? 0) << 27) | (topicNumber << 23) | (told << 8) | gap;
    words[at + 1] =
      (SIZE.encode(bytes.length) << 16) | (ROUGH.encode(nowMs - madeMs) << 8) | ROUGH.encode(bufferedBytes);
    this.#count += 1;
  }

  /** Oldest first. */
  frames(): RecordedFrame[] {
    const from = this.#pool.fromOf(this.#room);
    const words = this.#pool.slabOf(this.#room).subarray(from, from + WORDS_PER_RECORDER);
    const versions = words.slice(0, MOST_TOPICS);
    const found: RecordedFrame[] = [];
    let atMs = this.#lastMs;
    for (let number = this.#count - 1; number >= Math.max(0, this.#count - MOST_FRAMES); number -= 1) {
      const [head = 0, sizes = 0] = words.subarray(cellOf(number));
      const topicNumber = (head >>> 23) & 15;
      found.push({
        atMs,
        type: TYPES[head >>> 27] ?? "event",
        topic: this.#topics[topicNumber - 1],
        bytes: SIZE.decode(sizes >>> 16),
        version: number < this.#epochFrom ? undefined : versionOf(versions, topicNumber, (head >>> 8) & VERSIONS),
        delayMs: ROUGH.decode((sizes >>> 8) & 255),
        bufferedBytes: ROUGH.decode(sizes & 255),
      });
      atMs -= ROUGH.decode(head & 255);
    }
    return found.toReversed();
  }

  /** It is needed no more, and must not be used again. */
  release(): void {
    this.#pool.giveBack(this.#room);
  }

  #beginEpoch(epoch: string, words: Uint32Array, from: number): void {
    this.#epoch = epoch;
    this.#epochFrom = this.#count;
    words.fill(0, from, from + MOST_TOPICS);
  }

  #numberOf(topic: string, words: Uint32Array, from: number): number {
    const known = this.#topics.indexOf(topic);
    if (known >= 0) return known + 1;
    if (this.#topics.length < MOST_TOPICS) {
      this.#topics = [...this.#topics, topic];
      return this.#topics.length;
    }
    const place = this.#replaced % MOST_TOPICS;
    this.#replaced += 1;
    this.#topics = this.#topics.with(place, topic);
    words[from + place] = 0;
    for (let at = from + MOST_TOPICS; at < from + WORDS_PER_RECORDER; at += 2) {
      const head = words[at] ?? 0;
      if (((head >>> 23) & 15) === place + 1) words[at] = head | (ANOTHER_TOPIC << 23);
    }
    return place + 1;
  }
}

/** Of a frame by its number, from the beginning of the room. */
function cellOf(number: number): number {
  return MOST_TOPICS + 2 * (number % MOST_FRAMES);
}

/** @param versions of each topic, the one that follows; it is moved to the one that is found */
function versionOf(versions: Uint32Array, topicNumber: number, told: number): number | undefined {
  const following = versions[topicNumber - 1] ?? 0;
  if (told === 0 || following === 0) return undefined;
  const version = following - 1 - ((following - told) % VERSIONS);
  versions[topicNumber - 1] = version + 1;
  return version;
}

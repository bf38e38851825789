/** Room for what recorders keep, of one size each and all of it bounded: slabs, which hold many, cost no object for each. */

/** 209 KB for recorders of 1,632 bytes. */
const ROOMS_PER_SLAB = 128;

export class FramePool {
  readonly #wordsPerRoom: number;
  readonly #mostRooms: number;
  readonly #slabs: Uint32Array[] = [];
  readonly #free: number[] = [];
  #taken = 0;

  constructor(wordsPerRoom: number, mostRooms: number) {
    this.#wordsPerRoom = wordsPerRoom;
    this.#mostRooms = mostRooms;
  }

  /** Of all slabs: they are kept for the next. */
  get bytes(): number {
    return this.#slabs.length * ROOMS_PER_SLAB * this.#wordsPerRoom * Uint32Array.BYTES_PER_ELEMENT;
  }

  /** A room's number, its words all 0; undefined where there is none left. */
  take(): number | undefined {
    const number = this.#free.pop() ?? (this.#taken < this.#mostRooms ? this.#taken++ : undefined);
    if (number === undefined) return undefined;
    if (number >= this.#slabs.length * ROOMS_PER_SLAB)
      this.#slabs.push(new Uint32Array(ROOMS_PER_SLAB * this.#wordsPerRoom));
    const from = this.fromOf(number);
    this.slabOf(number).fill(0, from, from + this.#wordsPerRoom);
    return number;
  }

  giveBack(number: number): void {
    this.#free.push(number);
  }

  slabOf(number: number): Uint32Array {
    return this.#slabs[Math.floor(number / ROOMS_PER_SLAB)] as Uint32Array;
  }

  /** Where the room's words begin in its slab. */
  fromOf(number: number): number {
    return (number % ROOMS_PER_SLAB) * this.#wordsPerRoom;
  }
}

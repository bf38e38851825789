/** As many owners as are remembered one by one: some 1 MB. */
const REMEMBERED = 10_000;

/**
 * The versions of owners that nobody watches any more. An owner that is watched again goes on from its own, so that within an epoch no
 * version is used twice: a tag of HTTP (RFC 9110, 8.8.3) would call two documents one. The naive way, one counter for all, tells every
 * owner how much happens to the others.
 */
export class LastVersions {
  readonly #versions = new Map<string, number>();
  /** No owner that is not remembered had a greater one. */
  #greatest = 0;

  /** Where this owner's versions go on. */
  of(owner: string): number {
    return this.#versions.get(owner) ?? this.#greatest;
  }

  remember(owner: string, version: number): void {
    this.#versions.delete(owner);
    this.#versions.set(owner, version);
    const [oldest] = this.#versions;
    if (this.#versions.size <= REMEMBERED || oldest === undefined) return;
    this.#versions.delete(oldest[0]);
    this.#greatest = Math.max(this.#greatest, oldest[1]);
  }

  /** Versions of another epoch say nothing about those of this one. */
  clear(): void {
    this.#versions.clear();
    this.#greatest = 0;
  }
}

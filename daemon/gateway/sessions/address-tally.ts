import type { ClientAddress } from "../http/client-address.ts";

/** What one site may have is so many times what one of its addresses may: more than a few offices have addresses of their own. */
const SITE_FACTOR = 4;

/** How much there is of each address, and of each IPv6 site, which has 65,536 of them. */
export class AddressTally {
  readonly #perName = new Tally();
  readonly #perSite = new Tally();

  /** @param most of one address */
  isFull({ name, site }: ClientAddress, most: number): boolean {
    return this.#perName.count(name) >= most || (site !== undefined && this.#perSite.count(site) >= SITE_FACTOR * most);
  }

  add({ name, site }: ClientAddress): void {
    this.#perName.add(name);
    if (site !== undefined) this.#perSite.add(site);
  }

  remove({ name, site }: ClientAddress): void {
    this.#perName.remove(name);
    if (site !== undefined) this.#perSite.remove(site);
  }
}

/** How many there are of each key; a key that there is none of costs nothing. */
export class Tally {
  readonly #counts = new Map<string, number>();

  count(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  add(key: string): void {
    this.#counts.set(key, this.count(key) + 1);
  }

  remove(key: string): void {
    const left = this.count(key) - 1;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
  }
}

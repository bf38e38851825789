/** The connections of each user, or those whose token names a topic. A name that only one connection has, as most, costs no set. */
export class ConnectionsByName<Connection extends object> {
  readonly #byName = new Map<string, Connection | Set<Connection>>();

  /** Once for each name and connection. */
  add(name: string, connection: Connection): void {
    const before = this.#byName.get(name);
    if (before === undefined) this.#byName.set(name, connection);
    else if (before instanceof Set) before.add(connection);
    else this.#byName.set(name, new Set([before, connection]));
  }

  remove(name: string, connection: Connection): void {
    const before = this.#byName.get(name);
    if (before instanceof Set) before.delete(connection);
    if (before === connection || (before instanceof Set && before.size === 0)) this.#byName.delete(name);
  }

  get names(): number {
    return this.#byName.size;
  }

  /** How many connections there are, each once for each of its names. */
  get size(): number {
    let size = 0;
    for (const found of this.#byName.values()) size += found instanceof Set ? found.size : 1;
    return size;
  }

  count(name: string): number {
    const found = this.#byName.get(name);
    if (found === undefined) return 0;
    return found instanceof Set ? found.size : 1;
  }

  of(name: string): Iterable<Connection> {
    const found = this.#byName.get(name);
    if (found === undefined) return [];
    return found instanceof Set ? found : [found];
  }
}

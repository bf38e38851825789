/** The sessions of each user. Those of a bearer without a name are nobody's. */
export class SessionsByUser<Session extends object> {
  readonly #byUser = new Map<string, Set<Session>>();

  enter(session: Session, user: string | undefined): void {
    if (user === undefined) return;
    const own = this.#byUser.get(user);
    if (own === undefined) this.#byUser.set(user, new Set([session]));
    else own.add(session);
  }

  leave(session: Session, user: string | undefined): void {
    const own = user === undefined ? undefined : this.#byUser.get(user);
    if (user !== undefined && own?.delete(session) && own.size === 0) this.#byUser.delete(user);
  }

  of(user: string): Iterable<Session> {
    return this.#byUser.get(user) ?? [];
  }
}

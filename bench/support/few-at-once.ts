/** Handshakes under way at once: a server's backlog is not what is measured. */
const AT_ONCE = 200;

/** Has each connect, the next ones when those before have. */
export async function fewAtOnce<Each>(
  all: readonly Each[],
  connect: (each: Each, index: number) => Promise<unknown>,
): Promise<void> {
  for (let first = 0; first < all.length; first += AT_ONCE) {
    await Promise.all(all.slice(first, first + AT_ONCE).map((each, index) => connect(each, first + index)));
  }
}

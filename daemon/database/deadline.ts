/**
 * Settles as `promise` does, or rejects after `ms` milliseconds with an Error that says `what` was late. The promise itself goes
 * on; its later result is ignored. A process that was held up does not blame the other side: when the timer fires, replies that
 * wait in the socket are read first.
 */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      setImmediate(() => setImmediate(() => reject(new Error(`${what}: no answer within ${ms} ms`))));
    }, ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

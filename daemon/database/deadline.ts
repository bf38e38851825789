/**
 * Settles as `promise` does, or rejects after `ms` milliseconds with an Error that names `who`, the late side, after giving it to
 * `onLate`. The promise itself goes on; its later result is ignored. A process that was held up does not blame the other side: when
 * the timer fires, replies that wait in the socket are read first.
 */
export async function within<T>(
  ms: number,
  who: string,
  promise: Promise<T>,
  onLate: (late: Error) => void = () => undefined,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let isSettled = false;
  const late = new Promise<never>((_, reject) => {
    const giveUp = (): void => {
      if (isSettled) return;
      const error = new Error(`no answer from ${who} within ${ms} ms`);
      reject(error);
      onLate(error);
    };
    timer = setTimeout(() => setImmediate(() => setImmediate(giveUp)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    isSettled = true;
    clearTimeout(timer);
  }
}

/**
 * Prepares the next `ahead` items of a source while the consumer works on the current one.
 *
 * Keeps the order. An error in the source reaches the consumer in place of the item; stopping early stops the source.
 */
export async function* prefetch<T>(source: AsyncIterable<T>, ahead: number): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  const queue: Promise<IteratorResult<T>>[] = [];
  let isOver = false;
  const refill = (): void => {
    while (queue.length < ahead && !isOver) {
      const next = iterator.next();
      next.catch(() => undefined); // Awaited later; keeps a rejection from being reported as unhandled until then.
      queue.push(next);
    }
  };
  try {
    for (;;) {
      const { value, done } = await (queue.shift() ?? iterator.next());
      if (done) return;
      // Deferred, so that the consumer gets its item before the next one is made.
      setTimeout(refill, 0);
      yield value;
    }
  } finally {
    isOver = true;
    await iterator.return?.();
  }
}

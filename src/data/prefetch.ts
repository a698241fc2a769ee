/**
 * Keeps the next `ahead` items of a source ready while the consumer works on the current one.
 *
 * Order is kept; an error of the source reaches the consumer where the item would have been; stopping early
 * stops the source.
 */
export async function* prefetch<T>(source: AsyncIterable<T>, ahead: number): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  const queue: Promise<IteratorResult<T>>[] = [];
  let isOver = false;
  const refill = (): void => {
    while (queue.length < ahead && !isOver) {
      const next = iterator.next();
      next.catch(() => undefined); // It is awaited later: until then it is not unhandled.
      queue.push(next);
    }
  };
  try {
    for (;;) {
      const { value, done } = await (queue.shift() ?? iterator.next());
      if (done) return;
      // Later, so that the consumer gets its item before the next one is made.
      setTimeout(refill, 0);
      yield value;
    }
  } finally {
    isOver = true;
    await iterator.return?.();
  }
}

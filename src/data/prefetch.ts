/**
 * Keeps the next `ahead` items of a source ready while the consumer works on the current one.
 *
 * Order is kept; an error of the source reaches the consumer where the item would have been; stopping early stops the
 * source.
 */
export async function* prefetch<T>(source: AsyncIterable<T>, ahead: number): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  const queue: Promise<IteratorResult<T>>[] = [];
  const ask = (): void => {
    const next = iterator.next();
    next.catch(() => undefined); // It is awaited later: until then it is not unhandled.
    queue.push(next);
  };
  try {
    for (let i = 0; i <= ahead; i++) ask();
    for (let next = await queue.shift(); next && !next.done; next = await queue.shift()) {
      ask();
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

/**
 * The items of groups, one by one. An iterator by hand: what layers of generators spend on an item is more than reading one
 * takes. As with all iterators of a file, the next item is asked for when the last has come.
 */
export function oneByOne<T>(
  groups: AsyncGenerator<readonly T[], void, undefined>,
): AsyncGenerator<T, void, undefined> {
  let group: readonly T[] = [];
  let at = 0;
  const nextOfNext = async (): Promise<IteratorResult<T, void>> => {
    for (;;) {
      const { value, done } = await groups.next();
      if (done) return { value: undefined, done };
      group = value;
      at = 0;
      if (group.length > 0) return { value: group[at++] as T, done: false };
    }
  };
  const leave = async (
    ending: Promise<IteratorResult<readonly T[], void>>,
  ): Promise<IteratorResult<T, void>> => {
    group = [];
    at = 0;
    await ending;
    return { value: undefined, done: true };
  };
  const items: AsyncGenerator<T, void, undefined> = {
    next: () =>
      at < group.length ? Promise.resolve({ value: group[at++] as T, done: false }) : nextOfNext(),
    return: () => leave(groups.return()),
    throw: (error) => leave(groups.throw(error)),
    [Symbol.asyncIterator]: () => items,
  };
  return items;
}

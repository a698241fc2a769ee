/**
 * How tensors that go from one call of a model to the next are called: paths with dots. The keys of a decoder's first
 * layer are "0.keys"; in a search they are the memory or the state of one of several models, "state.1.0.keys", and what
 * a step makes of them is "next.state.1.0.keys". No other module puts such a name together or takes one apart.
 */
type Named<T> = Readonly<Record<string, T>>;

/** Puts a word before names: "keys" under 0 is "0.keys". */
export const named = <T>(prefix: string | number, tensors: Named<T>): Record<string, T> =>
  Object.fromEntries(Object.entries(tensors).map(([name, one]) => [`${prefix}.${name}`, one]));

/** Tensors whose names begin with a word, without it: of "0.keys", under 0, "keys". */
export const under = <T>(prefix: string | number, tensors: Named<T>): Record<string, T> => {
  const start = `${prefix}.`;
  const entries = Object.entries(tensors).filter(([name]) => name.startsWith(start));
  return Object.fromEntries(entries.map(([name, one]) => [name.slice(start.length), one]));
};

/** Tensors whose names begin with a word, with it. */
export const beginning = <T>(prefix: string | number, tensors: Named<T>): Record<string, T> =>
  named(prefix, under(prefix, tensors));

/** What each of several layers, or models, has: "0.keys", "0.values", "1.keys", … */
export const inLayers = <T>(layers: readonly Named<T>[]): Record<string, T> =>
  Object.assign({}, ...layers.map((layer, i) => named(i, layer)));

/** First words in a search: what every step looks back at, what goes from step to step, and what the next step reads. */
export const [MEMORY, STATE, NEXT] = ["memory", "state", "next"] as const;

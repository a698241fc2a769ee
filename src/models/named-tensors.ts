/**
 * Names of the tensors that pass from one call of a model to the next: dotted paths. The keys of a decoder's first layer
 * are "0.keys"; in a search they belong to the memory or state of one of several models, "state.1.0.keys", and a step
 * returns them as "next.state.1.0.keys". No other module builds or parses such names.
 */
type Named<T> = Readonly<Record<string, T>>;

/** Prefixes names: "keys" under 0 becomes "0.keys". */
export const named = <T>(prefix: string | number, tensors: Named<T>): Record<string, T> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${prefix}.${name}`, tensor]));

/** Tensors whose names have a prefix, without it: "0.keys" under 0 becomes "keys". */
export const under = <T>(prefix: string | number, tensors: Named<T>): Record<string, T> => {
  const start = `${prefix}.`;
  const entries = Object.entries(tensors).filter(([name]) => name.startsWith(start));
  return Object.fromEntries(entries.map(([name, tensor]) => [name.slice(start.length), tensor]));
};

/** Tensors whose names have a prefix, with it. */
export const beginning = <T>(prefix: string | number, tensors: Named<T>): Record<string, T> =>
  named(prefix, under(prefix, tensors));

/** The tensors of several layers or models, numbered: "0.keys", "0.values", "1.keys", … */
export const inLayers = <T>(layers: readonly Named<T>[]): Record<string, T> =>
  Object.assign({}, ...layers.map((layer, i) => named(i, layer)));

/**
 * Prefixes in a search: read at every step, carried from step to step, passed to the next step, and of what a shortlist
 * leaves of the projection.
 */
export const [MEMORY, STATE, NEXT, LISTED] = ["memory", "state", "next", "listed"] as const;

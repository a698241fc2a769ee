import type { HostTensor } from "../runtime/state.ts";

type Weights = ReadonlyMap<string, HostTensor>;

/** The weights of an ensemble under one set of names: `members.0.…`, `members.1.…`. A single model keeps its names. */
export function ensembleWeights(members: readonly Weights[]): Weights {
  const [only, ...others] = members;
  if (only && others.length === 0) return only;
  return new Map(
    members.flatMap((weights, i) =>
      [...weights].map(([name, tensor]) => [`members.${i}.${name}`, tensor] as const),
    ),
  );
}

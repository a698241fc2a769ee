import { heedError } from "../errors.ts";
import type { HostTensor } from "../runtime/state.ts";

type Weights = ReadonlyMap<string, HostTensor>;

/** The weights of several models that decide together, as a list of models wants them: `members.0.…`, `members.1.…` */
export function ensembleWeights(members: readonly Weights[]): Weights {
  const [only, ...others] = members;
  if (only && others.length === 0) return only;
  return new Map(
    members.flatMap((weights, i) =>
      [...weights].map(([name, tensor]) => [`members.${i}.${name}`, tensor] as const),
    ),
  );
}

/**
 * The mean of checkpoints of one run: often better than the last of them.
 *
 * @throws ERR_USAGE when there are none, or they differ in names or shapes.
 */
export function averageWeights(checkpoints: readonly Weights[]): Weights {
  const refuse = (cause: string): never => {
    throw heedError("ERR_USAGE", { where: "average", cause, remedy: "give checkpoints of one run" });
  };
  const [first, ...others] = checkpoints;
  if (!first) return refuse("there are no checkpoints");
  if (others.some(({ size }) => size !== first.size)) refuse("the checkpoints have different weights");
  return new Map(
    [...first].map(([name, { dtype, shape, data }]) => {
      const sum = Float64Array.from(data as Float32Array);
      for (const other of others) {
        const found = other.get(name);
        if (!found || `${found.shape}` !== `${shape}`)
          return refuse(`"${name}" is not the same in all of them`);
        (found.data as Float32Array).forEach((value, i) => {
          sum[i] = (sum[i] as number) + value;
        });
      }
      return [name, { dtype, shape, data: Float32Array.from(sum, (value) => value / checkpoints.length) }];
    }),
  );
}

import { build, type Layer } from "../src/nn/layer.ts";
import { randomStream } from "../src/random.ts";
import type { HostTensor } from "../src/runtime/state.ts";

/** Weights of a layer that depend on the name alone; gains and biases are not left at 1 and 0. */
export function weightsOf(
  name: string,
  layer: Layer<unknown>,
): Map<string, HostTensor & { readonly data: Float32Array }> {
  const weights = new Map<string, HostTensor & { readonly data: Float32Array }>();
  for (const [path, { spec }] of build(layer).parameters) {
    const random = randomStream(1, `${name} ${path}`);
    const size = spec.shape.reduce((product, n) => product * n, 1);
    const around = path.endsWith("gain") ? 1 : 0;
    const width = spec.shape.length === 2 ? 2 * (spec.shape[1] as number) ** -0.5 : 0.4;
    const data = Float32Array.from({ length: size }, () => around + width * (random() - 0.5) * 1.7);
    weights.set(path, { dtype: "float32", shape: spec.shape, data });
  }
  return weights;
}

import type { Config } from "../config/schema.ts";
import type { NamedTensor } from "../formats/safetensors.ts";
import { isLora } from "../nn/lora.ts";
import { liesIn } from "../nn/match-taps.ts";

/** The changes of low rank, beside the model of a run that has them in its weights. */
export const ADAPTER_FILE = "adapter.safetensors";

/** The weights of an adapter alone: changes of low rank, and what was trained as a whole beside them. */
export const adapterOf = (
  weights: ReadonlyMap<string, NamedTensor>,
  { beside }: Pick<NonNullable<Config["training"]["lora"]>, "beside">,
): Map<string, NamedTensor> =>
  new Map([...weights].filter(([path]) => isLora(path) || beside.some((pattern) => liesIn(path, pattern))));

/** Weights with their changes of low rank added: W + (α / r) B A. Those of a model without changes are returned as they are. */
export function merged(
  weights: ReadonlyMap<string, NamedTensor>,
  { lora }: Pick<Config["training"], "lora">,
): ReadonlyMap<string, NamedTensor> {
  if (!lora) return weights;
  const whole = new Map<string, NamedTensor>();
  for (const [path, weight] of weights) {
    if (isLora(path)) continue;
    const [down, up] = [weights.get(`${path}.loraA`), weights.get(`${path}.loraB`)];
    whole.set(path, down && up ? plus(weight, { down, up, scale: lora.alpha / lora.rank }) : weight);
  }
  return whole;
}

function plus(
  weight: NamedTensor,
  { down, up, scale }: { readonly down: NamedTensor; readonly up: NamedTensor; readonly scale: number },
): NamedTensor {
  const [rank, inner] = down.shape as [number, number];
  const data = Float32Array.from(weight.data as Float32Array);
  for (let row = 0; row * inner < data.length; row++) {
    for (let column = 0; column < inner; column++) {
      let sum = 0;
      for (let r = 0; r < rank; r++)
        sum += (up.data[row * rank + r] as number) * (down.data[r * inner + column] as number);
      data[row * inner + column] = (data[row * inner + column] as number) + scale * sum;
    }
  }
  return { ...weight, data };
}

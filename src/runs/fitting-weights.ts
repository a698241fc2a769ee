import { heedError } from "../errors.ts";
import type { NamedTensor } from "../formats/safetensors.ts";
import { build, type Layer } from "../nn/layer.ts";
import { codec } from "./codec.ts";

/**
 * Decodes the weights of a model.
 *
 * @param where  Their file, in messages.
 * @throws ERR_MODEL naming every tensor that is missing, extra, of another shape or type, or not finite.
 */
export function fittingWeights(
  bytes: Uint8Array,
  model: Layer<unknown>,
  where: string,
): ReadonlyMap<string, NamedTensor> {
  const tensors = codec.decode(bytes, where);
  const faults: string[] = [];
  const { parameters } = build<unknown>(model);
  for (const [name, { spec }] of parameters) {
    const tensor = tensors.get(name);
    if (!tensor) faults.push(`${name} is missing`);
    else if (`${tensor.shape}` !== `${spec.shape}`)
      faults.push(`${name} is [${tensor.shape}] and should be [${spec.shape}]`);
    else if (tensor.dtype !== "float32") faults.push(`${name} is ${tensor.dtype} and should be float32`);
    else if (!(tensor.data as Float32Array).every(Number.isFinite))
      faults.push(`${name} has numbers that are not finite`);
  }
  for (const name of tensors.keys())
    if (!parameters.has(name)) faults.push(`${name} is not part of the model`);
  if (faults.length > 0) throw heedError("ERR_MODEL", { where, cause: faults.join(", ") });
  return tensors;
}

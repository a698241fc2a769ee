import { readFileSync } from "node:fs";
import { heedError } from "../errors.ts";
import { sameShape, showShape } from "../ir/size.ts";
import { build, type Layer } from "../nn/layer.ts";
import { type HostTensor, readEntries, type State } from "../runtime/state.ts";
import { codec } from "./codec.ts";
import { reason, writeAtomically } from "./durable.node.ts";

/** Weights by path, or a training step that holds them. */
export type Weights =
  | ReadonlyMap<string, HostTensor>
  | { readonly state: State; readonly weights: readonly string[] };

/**
 * Saves the weights of any model as one safetensors file, whose keys are the paths of the weights. The file is replaced
 * as a whole, or not at all.
 *
 * @param path  The file to write: `mine.safetensors`.
 * @throws ERR_IO when it cannot be written.
 */
export async function saveModel(path: string, weights: Weights): Promise<void> {
  const entries = "state" in weights ? await readEntries(weights.state, weights.weights) : weights;
  writeAtomically(path, codec.encode(entries));
}

/**
 * Reads the weights that `saveModel` wrote, and makes sure that they are those of a model: give them to
 * `openTrainingStep`, `openTranslator` or `openInspector` as `weights`.
 *
 * @throws ERR_INPUT when the file cannot be read, ERR_MODEL when it is no safetensors file, or when a weight is
 *   missing, is of no use to the model, or has another shape or type; all of them are listed.
 */
export function loadModel(path: string, model: Layer<unknown>): ReadonlyMap<string, HostTensor> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw heedError("ERR_INPUT", { where: path, cause: `cannot be read (${reason(cause)})` }, cause);
  }
  const weights = codec.decode(bytes, path);
  const { parameters } = build(model);
  const wrong: string[] = [];
  for (const [name, { value }] of parameters) {
    const given = weights.get(name);
    if (!given) wrong.push(`${name} is missing`);
    else if (given.dtype !== value.dtype || !sameShape(given.shape, value.shape))
      wrong.push(
        `${name} is ${given.dtype} ${showShape(given.shape)} instead of ${value.dtype} ${showShape(value.shape)}`,
      );
  }
  for (const name of weights.keys()) if (!parameters.has(name)) wrong.push(`${name} is not in the model`);
  if (wrong.length > 0) throw heedError("ERR_MODEL", { where: path, cause: wrong.join("; ") });
  return weights;
}

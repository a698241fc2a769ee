import { heedError } from "../../../errors.ts";
import type { ParameterSpec } from "../../../nn/initialise.ts";
import type { NamedTensor } from "../../safetensors.ts";
import type { ImportedModel } from "../families/family.ts";

/** Most faults that a message lists. */
const LISTED = 50;

/**
 * The weights of a model from those of a folder.
 *
 * @param parameters  Every weight that the model has, with its shape.
 * @throws ERR_MODEL listing every tensor that is missing, extra or of another shape, by its name in the folder.
 */
export function importedWeights(
  tensors: ReadonlyMap<string, NamedTensor>,
  parameters: ReadonlyMap<string, { readonly spec: ParameterSpec }>,
  { sourceOf, ignored }: Pick<ImportedModel, "sourceOf" | "ignored">,
  where: string,
): Map<string, NamedTensor> {
  const faults: string[] = [];
  const used = new Set<string>();
  const weights = new Map<string, NamedTensor>();
  for (const [path, { spec }] of parameters) {
    const { keys = [path], take = (tensor: NamedTensor) => tensor } = sourceOf(path) ?? {};
    const key = keys.find((name) => tensors.has(name));
    const tensor = key === undefined ? undefined : tensors.get(key);
    if (key === undefined || !tensor) {
      faults.push(`${keys[0]} is missing`);
      continue;
    }
    used.add(key);
    if (tensor.dtype !== "float32") {
      faults.push(`${key} is of ${tensor.dtype} and should be of float32`);
      continue;
    }
    const taken = take(tensor);
    if (`${taken.shape}` !== `${spec.shape}`)
      faults.push(`${key} is [${tensor.shape}] and should make [${spec.shape}]`);
    else weights.set(path, taken);
  }
  for (const key of tensors.keys())
    if (!used.has(key) && !ignored.test(key)) faults.push(`${key} is not part of the model`);
  if (faults.length === 0) return weights;
  const more = faults.length > LISTED ? `, and ${faults.length - LISTED} more` : "";
  throw heedError("ERR_MODEL", {
    where,
    cause: `${[...new Set(faults)].slice(0, LISTED).join(", ")}${more}`,
  });
}

/** The weights that have a number which is not finite. */
export const notFinite = (weights: ReadonlyMap<string, NamedTensor>): string[] =>
  [...weights].flatMap(([name, { data }]) =>
    (data as Float32Array).every((value) => Number.isFinite(value)) ? [] : [name],
  );

import { heedError } from "../../errors.ts";
import type { NamedTensor } from "../safetensors.ts";
import { type SourceOf, stacked } from "./families/names.ts";

const same = (tensor: NamedTensor): NamedTensor => tensor;

/**
 * A model's weights under the names and in the layout of its family: the inverse of `importedWeights`.
 *
 * @throws ERR_MODEL for a weight that the family does not have.
 */
export function storedWeights(
  weights: ReadonlyMap<string, NamedTensor>,
  sourceOf: SourceOf,
  where: string,
): Map<string, NamedTensor> {
  const stored = new Map<string, NamedTensor>();
  const parts = new Map<string, NamedTensor[]>();
  for (const [path, tensor] of weights) {
    const { keys: [key] = [], give = same, part } = sourceOf(path) ?? {};
    if (key === undefined)
      throw heedError("ERR_MODEL", { where, cause: `${path} has no counterpart in the family` });
    if (!part) {
      stored.set(key, give(tensor));
      continue;
    }
    const together = parts.get(key) ?? [];
    together[part.n] = tensor;
    parts.set(key, together);
    if (together.filter(Boolean).length === part.of) stored.set(key, give(stacked(together)));
  }
  return stored;
}

import { heedError } from "../../errors.ts";
import { sinusoids } from "../../nn/positions.ts";
import type { NamedTensor } from "../safetensors.ts";
import type { Architecture } from "./check.ts";
import type { SourceOf } from "./families/names.ts";

/** Maps Heed's path of a weight to its key in BART's family; `modelAxis` is the axis that runs over the model's dimension. */
interface Rule {
  readonly pattern: RegExp;
  readonly key: string;
  readonly modelAxis?: 0 | 1;
}

const projections = { query: "q_proj", key: "k_proj", value: "v_proj", output: "out_proj" } as const;
const layers = "model.$1.layers.$2";

const attention = (part: string, key: string): Rule[] => [
  ...Object.entries(projections).flatMap(([ours, theirs]): Rule[] => {
    const at = `^(encoder|decoder)\\.(\\d+)\\.${part}\\.${ours}`;
    const name = `${layers}.${key}.${theirs}`;
    const isOutput = ours === "output";
    return [
      { pattern: new RegExp(`${at}\\.weight$`), key: `${name}.weight`, modelAxis: isOutput ? 0 : 1 },
      { pattern: new RegExp(`${at}\\.bias$`), key: `${name}.bias`, ...(isOutput ? { modelAxis: 0 } : {}) },
    ];
  }),
  ...norm(`${part}Residual`, `${key}_layer_norm`),
];

const norm = (part: string, key: string): Rule[] => {
  const at = `^(encoder|decoder)\\.(\\d+)\\.${part}\\.norm`;
  return [
    { pattern: new RegExp(`${at}\\.gain$`), key: `${layers}.${key}.weight`, modelAxis: 0 },
    { pattern: new RegExp(`${at}\\.bias$`), key: `${layers}.${key}.bias`, modelAxis: 0 },
  ];
};

const feedForward = "^(encoder|decoder)\\.(\\d+)\\.feedForward";
const inLayers: readonly Rule[] = [
  ...attention("attention", "self_attn"),
  ...attention("cross", "encoder_attn"),
  { pattern: new RegExp(`${feedForward}\\.inner\\.weight$`), key: `${layers}.fc1.weight`, modelAxis: 1 },
  { pattern: new RegExp(`${feedForward}\\.inner\\.bias$`), key: `${layers}.fc1.bias` },
  { pattern: new RegExp(`${feedForward}\\.outer\\.weight$`), key: `${layers}.fc2.weight`, modelAxis: 0 },
  { pattern: new RegExp(`${feedForward}\\.outer\\.bias$`), key: `${layers}.fc2.bias`, modelAxis: 0 },
  ...norm("feedForwardResidual", "final_layer_norm"),
];

/** After the last layer of a pre-norm model. */
const lastNorms: readonly Rule[] = [
  { pattern: /^(encoder|decoder)Norm\.gain$/, key: "model.$1.layer_norm.weight", modelAxis: 0 },
  { pattern: /^(encoder|decoder)Norm\.bias$/, key: "model.$1.layer_norm.bias", modelAxis: 0 },
];

const oneMatrix: readonly Rule[] = [{ pattern: /^embed\.weight$/, key: "model.shared.weight", modelAxis: 1 }];
const threeMatrices: readonly Rule[] = [
  { pattern: /^sourceEmbed\.weight$/, key: "model.encoder.embed_tokens.weight", modelAxis: 1 },
  { pattern: /^embed\.weight$/, key: "model.decoder.embed_tokens.weight", modelAxis: 1 },
  { pattern: /^project$/, key: "lm_head.weight", modelAxis: 1 },
];

/**
 * Marian's order of the axes of a model's vectors: its axis i is axis `order[i]` here.
 *
 * Marian puts all sines before all cosines, where Vaswani et al. interleave them. Attention, feed-forward layers and norms
 * do not depend on the order of axes, so applying one permutation to every model axis preserves the function.
 */
export function marianOrder(dim: number): number[] {
  const axes = Array.from({ length: dim }, (_, axis) => axis);
  return [...axes.filter((axis) => axis % 2 === 0), ...axes.filter((axis) => axis % 2 === 1)];
}

export interface WeightOptions {
  readonly architecture: Architecture;
  readonly dModel: number;
  /** Rows of the table of positions. */
  readonly positions: number;
  /** One matrix for source, target and output. */
  readonly tied: boolean;
  readonly vocabulary: number;
}

/**
 * Weights under the keys of BART's family, [out, in]. Marian computes its positions, so model axes are put in its order;
 * Blenderbot reads a table of positions, so axes stay as they are.
 *
 * @throws ERR_MODEL for a weight without a counterpart there.
 */
export function exportedWeights(
  weights: ReadonlyMap<string, NamedTensor>,
  { architecture, dModel, positions, tied, vocabulary }: WeightOptions,
): Map<string, NamedTensor> {
  const isMarian = architecture === "marian";
  const order = marianOrder(dModel);
  const result = new Map<string, NamedTensor>();
  for (const [name, tensor] of weights) {
    if (!isMarian && name === "positions.weight") continue;
    const { key, modelAxis } = counterpart(name, { architecture, tied });
    result.set(key, modelAxis === undefined ? tensor : permuted(tensor, modelAxis, order));
  }
  if (!isMarian) {
    const data = Float32Array.from(sinusoids(positions, dModel));
    const table = weights.get("positions.weight") ?? { dtype: "float32", shape: [positions, dModel], data };
    for (const side of ["encoder", "decoder"]) result.set(`model.${side}.embed_positions.weight`, table);
  }
  const noBias = new Float32Array(vocabulary);
  return result.set("final_logits_bias", { dtype: "float32", shape: [1, vocabulary], data: noBias });
}

/** The key of a weight, and the axis that is to be put in Marian's order. @throws ERR_MODEL for one without a counterpart */
function counterpart(
  name: string,
  { architecture, tied }: Pick<WeightOptions, "architecture" | "tied">,
): Counterpart {
  const isMarian = architecture === "marian";
  const found = counterpartOf(name, { isPre: !isMarian, tied });
  if (found) return { key: found.key, modelAxis: isMarian ? found.modelAxis : undefined };
  const cause = `${isMarian ? "Marian" : "Blenderbot"} has no counterpart for this weight`;
  throw heedError("ERR_MODEL", { where: name, cause });
}

/** Where the weights of `exportedWeights` are. */
export const exportedSources =
  ({ architecture, dModel, tied }: Pick<WeightOptions, "architecture" | "dModel" | "tied">): SourceOf =>
  (path) => {
    const { key, modelAxis } = counterpart(path, { architecture, tied });
    const order = marianOrder(dModel);
    return {
      keys: [key],
      factor: (tensor, axis) => (axis === modelAxis ? permuted(tensor, axis, order) : tensor),
    };
  };

/** A weight's key in BART's family, and the axis that runs over the model's dimension. */
export interface Counterpart {
  readonly key: string;
  readonly modelAxis?: 0 | 1 | undefined;
}

/** The counterpart of a weight, by its path; undefined if there is none. */
export function counterpartOf(
  name: string,
  { isPre, tied }: { readonly isPre: boolean; readonly tied: boolean },
): Counterpart | undefined {
  const rules = [...(tied ? oneMatrix : threeMatrices), ...inLayers, ...(isPre ? lastNorms : [])];
  const rule = rules.find(({ pattern }) => pattern.test(name));
  return rule && { key: name.replace(rule.pattern, rule.key), modelAxis: rule.modelAxis };
}

/** A vector or matrix with the entries along one axis permuted. */
export function permuted(tensor: NamedTensor, axis: 0 | 1, order: readonly number[]): NamedTensor {
  const { dtype, shape } = tensor;
  const [rows, columns = 1] = shape as [number, number?];
  const data = tensor.data.slice();
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [fromRow, fromColumn] =
        axis === 0 ? [order[row] as number, column] : [row, order[column] as number];
      data[row * columns + column] = tensor.data[fromRow * columns + fromColumn] as number;
    }
  }
  return { dtype, shape, data };
}

import { heedError } from "../../errors.ts";
import type { NamedTensor } from "../safetensors.ts";

/** Heed's path of a weight -> Marian's key, and which of its axes run over the model's dimension. */
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

const oneMatrix: readonly Rule[] = [{ pattern: /^embed\.weight$/, key: "model.shared.weight", modelAxis: 1 }];
const threeMatrices: readonly Rule[] = [
  { pattern: /^sourceEmbed\.weight$/, key: "model.encoder.embed_tokens.weight", modelAxis: 1 },
  { pattern: /^embed\.weight$/, key: "model.decoder.embed_tokens.weight", modelAxis: 1 },
  { pattern: /^project$/, key: "lm_head.weight", modelAxis: 1 },
];

/**
 * The order in which Marian holds the axes of a model's vectors: axis i of a result is axis `order[i]` here.
 *
 * Marian has all sines first, then all cosines, where Vaswani et al. take turns. Attention, feed-forward layers and norms
 * do not care which axis is which, so one permutation of every model axis gives the same function.
 */
export function marianOrder(dim: number): number[] {
  const axes = Array.from({ length: dim }, (_, axis) => axis);
  return [...axes.filter((axis) => axis % 2 === 0), ...axes.filter((axis) => axis % 2 === 1)];
}

/**
 * Weights under the keys of Marian, [out, in], their model axes in Marian's order.
 *
 * @param tied  One matrix for source, target and output.
 * @throws ERR_MODEL for a weight that Marian has no place for.
 */
export function marianWeights(
  weights: ReadonlyMap<string, NamedTensor>,
  { dModel, tied, vocabulary }: { dModel: number; tied: boolean; vocabulary: number },
): Map<string, NamedTensor> {
  const order = marianOrder(dModel);
  const rules = [...(tied ? oneMatrix : threeMatrices), ...inLayers];
  const result = new Map<string, NamedTensor>();
  for (const [name, tensor] of weights) {
    const rule = rules.find(({ pattern }) => pattern.test(name));
    if (!rule) throw heedError("ERR_MODEL", { where: name, cause: "Marian has no place for this weight" });
    const key = name.replace(rule.pattern, rule.key);
    result.set(key, rule.modelAxis === undefined ? tensor : permuted(tensor, rule.modelAxis, order));
  }
  const none = new Float32Array(vocabulary);
  return result.set("final_logits_bias", { dtype: "float32", shape: [1, vocabulary], data: none });
}

/** A vector or matrix whose entries along an axis come in another order. */
function permuted(tensor: NamedTensor, axis: 0 | 1, order: readonly number[]): NamedTensor {
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

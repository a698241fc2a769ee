import { readdirSync, readFileSync } from "node:fs";
import type { TransformerConfig } from "../../src/models/transformer.ts";
import type { HostTensor } from "../../src/runtime/state.ts";
import { decodeFloats, type Encoded, type FloatTensor } from "../golden-floats.ts";

interface File {
  readonly config: TransformerConfig;
  readonly smoothing: number;
  readonly batch: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>
  >;
  readonly weights: Readonly<Record<string, Encoded>>;
  readonly logits: Encoded;
  readonly loss: number;
  readonly negativeLogLikelihood: number;
  readonly gradients: Readonly<Record<string, Encoded>>;
  readonly training: {
    readonly learningRate: number;
    readonly beta1: number;
    readonly beta2: number;
    readonly epsilon: number;
    readonly weightDecay: number;
    readonly clip: number;
    readonly losses: readonly number[];
    readonly gradientNorms: readonly number[];
  };
}

/** One configuration with what PyTorch makes of it. */
export interface GoldenTransformer
  extends Pick<File, "config" | "smoothing" | "loss" | "negativeLogLikelihood" | "training"> {
  readonly name: string;
  readonly batch: Readonly<Record<string, HostTensor>>;
  readonly weights: ReadonlyMap<string, FloatTensor>;
  readonly logits: FloatTensor;
  readonly gradients: ReadonlyMap<string, FloatTensor>;
}

const folder = new URL("../golden/transformer/", import.meta.url);
const decodeAll = (tensors: File["weights"]): Map<string, FloatTensor> =>
  new Map(Object.entries(tensors).map(([name, tensor]) => [name, decodeFloats(tensor)]));

export function readGoldenTransformers(): GoldenTransformer[] {
  const names = readdirSync(folder).filter((file) => file.endsWith(".json"));
  return names.sort().map((name) => {
    const file = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as File;
    const batch = Object.entries(file.batch).map(([key, { shape, data }]): [string, HostTensor] => {
      const isWeight = key === "sourceMask" || key === "labelWeight";
      return isWeight
        ? [key, { dtype: "float32", shape, data: Float32Array.from(data) }]
        : [key, { dtype: "int32", shape, data: Int32Array.from(data) }];
    });
    return {
      ...file,
      name: name.replace(".json", ""),
      batch: Object.fromEntries(batch),
      weights: decodeAll(file.weights),
      logits: decodeFloats(file.logits),
      gradients: decodeAll(file.gradients),
    };
  });
}

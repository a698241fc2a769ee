import type { NamedTensor } from "../../safetensors.ts";
import type { Fields } from "./fields.ts";

/** Where a weight of Heed's comes from in a folder. */
export interface Source {
  /** Keys of which the first that exists is read. */
  readonly keys: readonly string[];
  /** Makes Heed's weight of that tensor. Default: as it is. */
  readonly take?: (tensor: NamedTensor) => NamedTensor;
}

/** The files of a model folder, read and parsed, but not yet believed. */
export interface ModelFolder {
  /** Names the folder in errors. */
  readonly where: string;
  /** A JSON file; undefined if there is none. @throws ERR_MODEL when it is too large or is not JSON. */
  readonly json: (name: string) => unknown;
  /** Another file; undefined if there is none. Default: there are none. @throws ERR_MODEL when it is too large. */
  readonly bytes?: (name: string) => Uint8Array | undefined;
  readonly tensors: ReadonlyMap<string, NamedTensor>;
}

/** The files of a folder that say what its model is. */
export interface FolderFacts {
  readonly config: Fields;
  /** generation_config.json; empty if there is none. */
  readonly generation: Fields;
  /** tokenizer_config.json; empty if there is none. */
  readonly tokenizer: Fields;
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  /** Whether tokenizer.json is one that Heed itself wrote. */
  readonly isHeeds: boolean;
  /** Whether source and target have vocabularies of their own, perhaps with the same ids. */
  readonly isTwofold: boolean;
  /** The id of a token by its content. */
  readonly idOf: (content: string) => number | undefined;
}

/** A model of a folder in Heed's terms. */
export interface ImportedModel {
  readonly task: "translate" | "generate" | "classify";
  /** The keys of `model` in the configuration of a run. */
  readonly model: Readonly<Record<string, unknown>> & { readonly kind: string };
  /** Longest text, in tokens. */
  readonly longest: number;
  /** Rows of the embedding; of a translator, the target's. */
  readonly vocabulary: number;
  /** Rows of the source's embedding, where it has a vocabulary of its own. */
  readonly sourceVocabulary?: number;
  /** Ids of padding, of the token that begins a text that the model writes, and of the one that ends it. */
  readonly special: {
    readonly pad: number;
    readonly bos: number;
    readonly eos: number;
    /** The token that every text must begin with, `forced_bos_token_id`. Default: none. */
    readonly first?: number;
  };
  /** Where a weight comes from, by its path in Heed; undefined for a weight that no such model has. */
  readonly sourceOf: (path: string) => Source | undefined;
  /** Keys that no weight of Heed's needs: heads for other uses, copies of tied matrices, tables that are computed. */
  readonly ignored: RegExp;
  /** Of a classifier, in the order of its outputs. */
  readonly labels?: readonly string[];
  /** The head of the last decoder layer that was taught to align, from 1. */
  readonly guidedHead?: number;
  /** Hypotheses that the model's makers search with. Default: as many as Heed does. */
  readonly beam?: number;
}

/** A family of models of Hugging Face's library: its names and its description in Heed's layers. */
export interface HuggingFaceFamily {
  /** Values of `model_type` in config.json. */
  readonly modelTypes: readonly string[];
  /** @throws ERR_MODEL for a model that Heed's layers cannot express exactly. */
  readonly read: (facts: FolderFacts) => ImportedModel;
}

/** The name of a weight at the end of its path, here and there. */
const leaves: Readonly<Record<string, string>> = { weight: "weight", bias: "bias", gain: "weight" };

/** Names of layers, or of whole weights: "encoder.*.attention.query" -> where it is there. */
export type NameTable = Readonly<
  Record<string, string | { readonly key: string; readonly take: Source["take"] }>
>;

/**
 * Reads a table of names. A `*` stands for the number of a layer; of a layer, `weight`, `bias` and `gain` have the names
 * that PyTorch gives them.
 */
export function sourcesFrom(table: NameTable): (path: string) => Source | undefined {
  return (path) => {
    const names = path.split(".");
    const numbers = names.filter((name) => /^\d+$/.test(name));
    const general = names.map((name) => (/^\d+$/.test(name) ? "*" : name));
    const whole = table[general.join(".")];
    const leaf = leaves[general.at(-1) as string];
    const entry = whole ?? (leaf ? table[general.slice(0, -1).join(".")] : undefined);
    if (entry === undefined) return undefined;
    const { key, take } = typeof entry === "string" ? { key: entry, take: undefined } : entry;
    let at = 0;
    const numbered = key.replace(/\*/g, () => numbers[at++] as string);
    const full = whole === undefined ? `${numbered}.${leaf}` : numbered;
    return { keys: [full], ...(take ? { take } : {}) };
  };
}

/** A table of positions without its first rows, which the model never reads. */
export const withoutRows =
  (rows: number) =>
  (tensor: NamedTensor): NamedTensor => {
    const [all = 0, dim = 0] = tensor.shape;
    return {
      ...tensor,
      shape: [Math.max(0, all - rows), dim],
      data: tensor.data.slice(rows * dim) as typeof tensor.data,
    };
  };

/** [in, out]  ->  [out, in] */
export function transposed(tensor: NamedTensor): NamedTensor {
  const [rows = 0, columns = 1] = tensor.shape;
  if (tensor.shape.length !== 2) return tensor;
  const data = tensor.data.slice();
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      data[column * rows + row] = tensor.data[row * columns + column] as number;
  return { ...tensor, shape: [columns, rows], data };
}

/** The n-th of `of` equal parts of a tensor's first axis. */
export const part =
  (n: number, of: number) =>
  (tensor: NamedTensor): NamedTensor => {
    const [rows = 0, ...rest] = tensor.shape;
    if (rows % of !== 0) return tensor;
    const size = tensor.data.length / of;
    return { ...tensor, shape: [rows / of, ...rest], data: tensor.data.slice(n * size, (n + 1) * size) };
  };

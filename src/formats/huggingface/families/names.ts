/** Names and layouts of weights in other libraries, read in both directions: to import a model and to export it. */
import type { NamedTensor } from "../../safetensors.ts";

type Convert = (tensor: NamedTensor) => NamedTensor;

/** How a weight is stored there. */
export interface Stored {
  /** Makes Heed's weight of the stored tensor. Default: as it is. */
  readonly take?: Convert;
  /** Makes the stored tensor of Heed's weight. Default: as it is. */
  readonly give?: Convert;
  /** Puts a change of low rank in the order of the stored tensor's inputs (A, axis 1) or outputs (B, axis 0). Default: as it is. */
  readonly factor?: (tensor: NamedTensor, axis: 0 | 1) => NamedTensor;
  /** The weight is one of several that are stored as one tensor, along its outputs: the n-th of `of`. */
  readonly part?: { readonly n: number; readonly of: number };
}

/** Where a weight of Heed's is in a folder. */
export interface Source extends Stored {
  /** Keys of which the first that exists is read, and the first is written. */
  readonly keys: readonly string[];
}

/** The place of a weight, by its path in Heed; undefined for a weight that no such model has. */
export type SourceOf = (path: string) => Source | undefined;

/** Names of layers, or of whole weights: "encoder.*.attention.query" -> where it is there. */
export type NameTable = Readonly<Record<string, string | ({ readonly key: string } & Stored)>>;

/** The name of a weight at the end of its path, here and there. */
const leaves: Readonly<Record<string, string>> = { weight: "weight", bias: "bias", gain: "weight" };

/**
 * Reads a table of names. A `*` stands for the number of a layer; of a layer, `weight`, `bias` and `gain` have the names
 * that PyTorch gives them.
 *
 * @param prefix  Of every key. Default: none.
 */
export function sourcesFrom(table: NameTable, prefix = ""): SourceOf {
  return (path) => {
    const names = path.split(".");
    const numbers = names.filter((name) => /^\d+$/.test(name));
    const general = names.map((name) => (/^\d+$/.test(name) ? "*" : name));
    const whole = table[general.join(".")];
    const leaf = leaves[general.at(-1) as string];
    const entry = whole ?? (leaf ? table[general.slice(0, -1).join(".")] : undefined);
    if (entry === undefined) return undefined;
    const { key, ...stored } = typeof entry === "string" ? { key: entry } : entry;
    let at = 0;
    const numbered = `${prefix}${key.replace(/\*/g, () => numbers[at++] as string)}`;
    return { ...stored, keys: [whole === undefined ? `${numbered}.${leaf}` : numbered] };
  };
}

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

/** A matrix that is stored as [in, out]. */
export const turned: Stored = { take: transposed, give: transposed };

/** One of several matrices that are stored together as [in, out of all]. */
export const turnedPart = (n: number, of: number): Stored => ({
  take: (tensor) => part(n, of)(transposed(tensor)),
  give: transposed,
  part: { n, of },
});

/** The n-th of `of` equal parts of a tensor's first axis. */
const part =
  (n: number, of: number): Convert =>
  (tensor) => {
    const [rows = 0, ...rest] = tensor.shape;
    if (rows % of !== 0) return tensor;
    const size = tensor.data.length / of;
    return { ...tensor, shape: [rows / of, ...rest], data: tensor.data.slice(n * size, (n + 1) * size) };
  };

/** A table behind rows that the model never reads; they are written as zeros. */
export const behindRows = (rows: number): Stored => ({
  take: (tensor) => {
    const [all = 0, dim = 0] = tensor.shape;
    return {
      ...tensor,
      shape: [Math.max(0, all - rows), dim],
      data: tensor.data.slice(rows * dim) as typeof tensor.data,
    };
  },
  give: (tensor) => {
    const [all = 0, dim = 0] = tensor.shape;
    const data = new Float32Array((all + rows) * dim);
    data.set(tensor.data as Float32Array, rows * dim);
    return { ...tensor, shape: [all + rows, dim], data };
  },
});

/** Tensors one after the other along their first axis. */
export function stacked(tensors: readonly NamedTensor[]): NamedTensor {
  const [first] = tensors as [NamedTensor];
  const data = new Float32Array(tensors.reduce((sum, tensor) => sum + tensor.data.length, 0));
  let at = 0;
  for (const tensor of tensors) {
    data.set(tensor.data as Float32Array, at);
    at += tensor.data.length;
  }
  const rows = tensors.reduce((sum, { shape }) => sum + (shape[0] as number), 0);
  return { ...first, shape: [rows, ...first.shape.slice(1)], data };
}

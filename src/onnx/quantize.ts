import type { OnnxGraph, OnnxInitializer, OnnxNode } from "./proto.ts";

/**
 * Largest magnitude of a quantised weight. Seven bits: kernels without an int8 dot product add pairs of 255 · weight in
 * 16 bits, which 127 would overflow, and the dot product of relaxed WebAssembly SIMD is limited to seven.
 */
const LARGEST = 64;
const FLOAT = 1;
/** Largest range of a fixed scale, in root mean squares of what it is for. Up to 39, BLEU stayed level. */
const WIDEST = 32;

/** What quantised inputs need: their zero and, with a scale per row, its axis and the step. */
const shared = {
  axis: { name: "int8:axis", dtype: "int64", shape: [1], data: BigInt64Array.of(-1n) },
  step: { name: "int8:step", dtype: "float32", shape: [], data: Float32Array.of(1 / 127) },
  zero: { name: "int8:zero", dtype: "uint8", shape: [], data: Uint8Array.of(128) },
} as const satisfies Record<string, OnnxInitializer>;

/** How nodes read a weight: as the right side of a product, transposed or not, or row by row. */
type Use = "transposed" | "plain" | "rows" | "other";

interface Quantised {
  /** Names of the matrix for products, [in, out], and of its scales, [out]. */
  readonly matrix: string;
  readonly scale: string;
  /** Names of the matrix for lookups of rows, [out, in], and of its scales, [out, 1]. */
  readonly rows: string;
  readonly rowScale: string;
}

/**
 * A graph whose products with constant weights run on 8-bit integers, and whose embedding tables are stored as such.
 *
 *   y = x Wᵀ + b  ≈  s_x s_W ((x / s_x) (W / s_W)ᵀ) + b
 *
 * A weight has one fixed scale per output. What comes from a layer norm has a fixed scale too, because its rows are all of one
 * length; any other input has one scale per row, chosen at each run. So the result of a row does not depend on the other rows:
 * a sentence has the same scores alone and in a batch. Products run in ONNX Runtime's own MatMulIntegerToFloat. A weight that
 * any other operator reads is not quantised.
 *
 * @param weights  Names of initialisers that may be quantised; those that are not float32 matrices stay as they are.
 */
export function quantized(graph: OnnxGraph, weights: ReadonlySet<string>): OnnxGraph {
  const uses = new Map<string, Set<Use>>();
  for (const node of allNodes(graph)) {
    node.inputs.forEach((name, i) => {
      if (weights.has(name)) uses.set(name, (uses.get(name) ?? new Set()).add(useOf(node, i)));
    });
  }
  const changed = new Map<string, Quantised>();
  const transposes: OnnxNode[] = [];
  const initializers = graph.initializers.flatMap((initializer): OnnxInitializer[] => {
    const { name, dtype, shape } = initializer;
    const weightUses = uses.get(name);
    if (!weightUses || dtype !== "float32" || shape.length !== 2 || weightUses.has("other"))
      return [initializer];
    // One copy can serve lookups and products only when both use the same rows.
    if (weightUses.has("plain") && weightUses.size > 1) return [initializer];
    const names: Quantised = {
      matrix: `${name}:int8`,
      scale: `${name}:scale`,
      rows: `${name}:int8rows`,
      rowScale: `${name}:rowscale`,
    };
    changed.set(name, names);
    const { values, scales } = quantise(initializer, weightUses.has("plain") ? 1 : 0);
    const [first, second] = shape as [number, number];
    const vector: OnnxInitializer = {
      name: names.scale,
      dtype: "float32",
      shape: [scales.length],
      data: scales,
    };
    if (weightUses.has("plain")) return [{ name: names.matrix, dtype: "int8", shape, data: values }, vector];
    if (!weightUses.has("rows")) {
      const data = transposed(values, first, second);
      return [{ name: names.matrix, dtype: "int8", shape: [second, first], data }, vector];
    }
    const column: OnnxInitializer = { ...vector, name: names.rowScale, shape: [first, 1] };
    const rows: OnnxInitializer = { name: names.rows, dtype: "int8", shape, data: values };
    if (!weightUses.has("transposed")) return [rows, column];
    // ONNX Runtime folds this transpose when the session opens.
    const perm = { type: "ints", value: [1, 0] } as const;
    transposes.push({
      opType: "Transpose",
      inputs: [names.rows],
      outputs: [names.matrix],
      attributes: { perm },
    });
    return [rows, column, vector];
  });
  const constants = new Map(graph.initializers.map((each) => [each.name, each]));
  const steps = new Map<string, OnnxInitializer>();
  const nodes = [...transposes, ...rewritten(graph.nodes, { changed, constants, steps })];
  const added = changed.size > 0 ? [...Object.values(shared), ...steps.values()] : [];
  return { ...graph, initializers: [...initializers, ...added], nodes };
}

interface Rewriting {
  readonly changed: ReadonlyMap<string, Quantised>;
  /** Initialisers of the graph. */
  readonly constants: ReadonlyMap<string, OnnxInitializer>;
  /** Fixed steps of inputs, by name, which become initialisers. */
  readonly steps: Map<string, OnnxInitializer>;
}

function useOf({ opType, attributes = {} }: OnnxNode, input: number): Use {
  const int = (name: string): number =>
    attributes[name]?.type === "int" ? Number(attributes[name].value) : 0;
  if (opType === "Gather" && input === 0 && int("axis") === 0) return "rows";
  if (opType === "MatMul" && input === 1) return "plain";
  const isScaled = "alpha" in attributes || "beta" in attributes;
  if (opType === "Gemm" && input === 1 && int("transA") === 0 && !isScaled)
    return int("transB") ? "transposed" : "plain";
  return "other";
}

function rewritten(nodes: readonly OnnxNode[], rewriting: Rewriting): OnnxNode[] {
  const { changed, constants } = rewriting;
  const made = new Map(nodes.map((node) => [node.outputs[0], node]));
  /** Inputs of products that are already quantised. */
  const inputs = new Map<string, QuantisedInput>();
  return nodes.flatMap((node): OnnxNode[] => {
    const [output] = node.outputs as [string];
    const table = node.opType === "Gather" ? changed.get(node.inputs[0] as string) : undefined;
    if (table) return lookup(node, table, output);
    const weight = changed.get(node.inputs[1] as string);
    if (!weight || !(node.opType === "Gemm" || node.opType === "MatMul"))
      return [withRewrittenGraphs(node, rewriting)];
    const [left, , bias = ""] = node.inputs as [string, string, string?];
    const at = (step: string): string => `${output}:${step}`;
    const known = inputs.get(left);
    // Named after the product, not the input, because subgraphs may quantise the same input.
    const origin = originOf(left, made);
    const about = { fixed: fixedStep(origin, rewriting), isPositive: origin?.opType === "Relu" };
    const input = known ?? inputOf(left, at, about);
    if (!known) inputs.set(left, input);
    const { x, step, rows, nodes: quantising } = input;
    const before = known ? [] : quantising;
    const kind = { opType: "MatMulIntegerToFloat", domain: "com.microsoft" };
    const factors = [x, weight.matrix, step, weight.scale, shared.zero.name];
    // The product takes a bias that is a vector.
    const fused = rows === undefined && constants.get(bias)?.shape.length === 1;
    const product = bias && !fused ? at("product") : output;
    return [
      ...before,
      { ...kind, inputs: fused ? [...factors, "", bias] : factors, outputs: [rows ? at("rows") : product] },
      ...(rows ? [{ opType: "Mul", inputs: [at("rows"), rows], outputs: [product] }] : []),
      ...(bias && !fused ? [{ opType: "Add", inputs: [product, bias], outputs: [output] }] : []),
    ];
  });
}

/** Names of an input in 8 bits, [..., in], of its step, and of what each of its rows was divided by, [..., 1]; what makes them. */
interface QuantisedInput {
  readonly x: string;
  readonly step: string;
  readonly rows?: string;
  readonly nodes: readonly OnnxNode[];
}

/** Stores an input in 8 bits around 128: in steps of a fixed size or, by default, of a 127th of each row's largest magnitude. */
function inputOf(
  input: string,
  at: (step: string) => string,
  { fixed, isPositive }: { readonly fixed: string | undefined; readonly isPositive: boolean },
): QuantisedInput {
  const x = at("uint8");
  const inSteps = (from: string, step: string): OnnxNode => ({
    opType: "QuantizeLinear",
    inputs: [from, step, shared.zero.name],
    outputs: [x],
  });
  if (fixed) return { x, step: fixed, nodes: [inSteps(input, fixed)] };
  // A row of zeros becomes any numbers, of which none is left when they are multiplied by the row's scale, 0.
  const [magnitudes, rows, unit] = [isPositive ? input : at("abs"), at("scale"), at("unit")];
  const nodes: OnnxNode[] = [
    ...(isPositive ? [] : [{ opType: "Abs", inputs: [input], outputs: [magnitudes] }]),
    { opType: "ReduceMax", inputs: [magnitudes, shared.axis.name], outputs: [rows] },
    { opType: "Div", inputs: [input, rows], outputs: [unit] },
    inSteps(unit, shared.step.name),
  ];
  return { x, step: shared.step.name, rows, nodes };
}

/** The node whose result an input is, in another shape perhaps. */
function originOf(
  name: string | undefined,
  made: ReadonlyMap<string | undefined, OnnxNode>,
): OnnxNode | undefined {
  const node = made.get(name);
  return node?.opType === "Reshape" ? originOf(node.inputs[0], made) : node;
}

/**
 * The name of the step of what a layer norm with constant gain and bias returns: a 127th of
 *
 *   max |gain| √(dim / 2) + max |bias|
 *
 * Elements of a normalised row have squares of sum dim, so that only one that has half of the sum to itself is cut off. NaN
 * becomes a number, as in every conversion to integers.
 *
 * @returns undefined for other nodes, and where that is more than `WIDEST` times what elements are on average: too coarse
 */
function fixedStep(
  norm: OnnxNode | undefined,
  { constants, steps }: Pick<Rewriting, "constants" | "steps">,
): string | undefined {
  if (norm?.opType !== "LayerNormalization") return undefined;
  const [gain, bias] = [1, 2].map((i) => constants.get(norm.inputs[i] ?? ""));
  if (gain?.dtype !== "float32" || bias?.dtype !== "float32") return undefined;
  const name = `${gain.name}:${bias.name}:step`;
  const largest = ({ data }: OnnxInitializer): number =>
    (data as Float32Array).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const squares = ({ data }: OnnxInitializer): number =>
    (data as Float32Array).reduce((sum, value) => sum + value ** 2, 0);
  const dim = gain.data.length;
  const range = largest(gain) * Math.sqrt(dim / 2) + largest(bias);
  if (!(range <= WIDEST * Math.sqrt((squares(gain) + squares(bias)) / dim))) return undefined;
  steps.set(name, { name, dtype: "float32", shape: [], data: Float32Array.of(range / 127 || 1) });
  return name;
}

const cast = (from: string, to: string): OnnxNode => ({
  opType: "Cast",
  inputs: [from],
  outputs: [to],
  attributes: { to: { type: "int", value: FLOAT } },
});

function lookup(node: OnnxNode, { rows, rowScale }: Quantised, output: string): OnnxNode[] {
  const ids = node.inputs[1] as string;
  const at = (step: string): string => `${output}:${step}`;
  return [
    { ...node, inputs: [rows, ids], outputs: [at("int8")] },
    cast(at("int8"), at("float")),
    { ...node, inputs: [rowScale, ids], outputs: [at("unit")] },
    { opType: "Mul", inputs: [at("float"), at("unit")], outputs: [output] },
  ];
}

/** A node whose subgraphs read quantised weights too. */
function withRewrittenGraphs(node: OnnxNode, rewriting: Rewriting): OnnxNode {
  const attributes = Object.entries(node.attributes ?? {}).map(([name, attribute]) => {
    if (attribute.type !== "graph") return [name, attribute] as const;
    const nodes = rewritten(attribute.value.nodes, rewriting);
    return [name, { ...attribute, value: { ...attribute.value, nodes } }] as const;
  });
  return attributes.length > 0 ? { ...node, attributes: Object.fromEntries(attributes) } : node;
}

function allNodes({ nodes }: OnnxGraph): OnnxNode[] {
  return nodes.flatMap((node) => [
    node,
    ...Object.values(node.attributes ?? {}).flatMap((attribute) =>
      attribute.type === "graph" ? allNodes(attribute.value) : [],
    ),
  ]);
}

/** Quantises a matrix with one scale per index of `axis`: w ≈ scale · value. */
function quantise(
  { shape, data }: OnnxInitializer,
  axis: 0 | 1,
): { values: Int8Array; scales: Float32Array<ArrayBuffer> } {
  const [rows, columns] = shape as [number, number];
  const weights = data as Float32Array;
  const scales = new Float32Array(axis === 0 ? rows : columns);
  const values = new Int8Array(weights.length);
  const forEach = (visit: (i: number, of: number) => void): void => {
    for (let row = 0, i = 0; row < rows; row++)
      for (let column = 0; column < columns; column++, i++) visit(i, axis === 0 ? row : column);
  };
  forEach((i, of) => {
    scales[of] = Math.max(scales[of] as number, Math.abs(weights[i] as number) / LARGEST);
  });
  forEach((i, of) => {
    values[i] = Math.round((weights[i] as number) / (scales[of] || 1));
  });
  return { values, scales };
}

function transposed(values: Int8Array, rows: number, columns: number): Int8Array {
  const result = new Int8Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      result[column * rows + row] = values[row * columns + column] as number;
  return result;
}

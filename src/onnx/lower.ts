import { heedError } from "../errors.ts";
import { type DType, type HostArray, hostArray } from "../ir/dtype.ts";
import { leafName, parameterOp } from "../ir/leaf.ts";
import type { Emit, Name, OnnxAttr } from "../ir/op.ts";
import { type Shape, type Size, termsOf } from "../ir/size.ts";
import { type TensorType, topological, type Value } from "../ir/value.ts";
import { encodeModel, type OnnxAttribute, type OnnxInitializer, type OnnxNode } from "./proto.ts";

export interface LowerOptions {
  /** The values wanted, by the name they get in the ONNX graph. */
  readonly outputs: ReadonlyMap<string, Value>;
  /** Parameters that become initialisers instead of inputs. */
  readonly constants?: ReadonlyMap<string, { shape: readonly number[]; data: HostArray }>;
}

export interface Lowered {
  readonly bytes: Uint8Array;
  readonly inputs: ReadonlyMap<string, TensorType & { readonly isParameter: boolean }>;
  readonly outputs: ReadonlyMap<string, TensorType>;
}

/**
 * Writes the graph that computes `outputs` as one ONNX model, sizes left symbolic. Nothing is written twice: equal nodes
 * of equal operands become one, for the time to open a session grows faster than its number of nodes.
 */
export function lower({ outputs, constants }: LowerOptions): Lowered {
  const writer = new GraphWriter(constants ?? new Map(), outputs);
  const order = topological(outputs.values());
  for (const node of order) for (const value of node.outputs) writer.declareLeaf(value);
  const names = new Map<Value, Name>();
  for (const node of order) {
    const operands = node.inputs.map((operand) => names.get(operand) as Name);
    const written: Name | readonly Name[] = node.op.onnx(writer.emit, operands, node.attrs, node);
    const results = typeof written === "string" ? [written] : written;
    node.outputs.forEach((value, i) => {
      names.set(value, results[i] as Name);
    });
  }
  const types = new Map<string, TensorType>();
  for (const [name, value] of outputs) {
    writer.output(name, names.get(value) as Name, value);
    types.set(name, { dtype: value.dtype, shape: value.shape });
  }
  return { bytes: writer.bytes(), inputs: writer.inputs, outputs: types };
}

class GraphWriter {
  readonly inputs = new Map<string, TensorType & { readonly isParameter: boolean }>();
  readonly emit: Emit;
  readonly #constants: NonNullable<LowerOptions["constants"]>;
  readonly #wanted: LowerOptions["outputs"];
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers: OnnxInitializer[] = [];
  readonly #shared = new Map<string, Name>();
  /** Outputs of a node by what it computes, so that nothing is computed twice. */
  readonly #written = new Map<string, Name[]>();
  /** Output of a Reshape -> what it reshapes. */
  readonly #reshaped = new Map<Name, Name>();
  readonly #outputs: { name: string; dtype: DType; shape: Shape }[] = [];
  readonly #renamed = new Map<Name, Name>();
  readonly #symbols = new Map<string, { input: string; axis: number }>();
  readonly #fixed = new Set<Name>();
  #count = 0;

  constructor(constants: NonNullable<LowerOptions["constants"]>, wanted: LowerOptions["outputs"]) {
    this.#constants = constants;
    this.#wanted = wanted;
    const single = (opType: string, inputs: readonly Name[], attributes = {}): Name =>
      this.#node(opType, inputs, attributes, 1)[0] as Name;
    this.emit = Object.assign(single, {
      many: this.#node.bind(this),
      constant: (dtype: DType, shape: readonly number[], data: HostArray) =>
        this.#initializer(dtype, shape, data),
      scalar: (dtype: DType, value: number) => this.#scalar(dtype, value),
      ints: (values: readonly number[]) => this.#ints(values),
      shape: (shape: Shape, options: { infer?: boolean } = {}) => this.#shape(shape, options.infer ?? false),
      size: (size: Size) => this.#size(size),
      input: (name: string, type: TensorType) => this.#leaf(name, type),
    });
  }

  /** Notes inputs before anything is written, because any node may ask for a symbol's length. */
  declareLeaf(value: Value): void {
    const name = leafName(value);
    if (name === undefined || this.#constants.has(name)) return;
    const isParameter = value.node.op === parameterOp;
    this.inputs.set(name, { dtype: value.dtype, shape: value.shape, isParameter });
    value.shape.forEach((size, axis) => {
      const isSymbol = typeof size === "string" && !/[+*]/.test(size);
      if (isSymbol && !this.#symbols.has(size)) this.#symbols.set(size, { input: name, axis });
    });
  }

  output(name: string, from: Name, { dtype, shape }: TensorType): void {
    if (this.inputs.has(name) || this.#constants.has(name)) {
      throw heedError("ERR_GRAPH", {
        operation: "lower",
        problem: `an output and an input are both named "${name}"`,
      });
    }
    const direct = !this.#fixed.has(from) && !this.#renamed.has(from);
    if (direct) this.#renamed.set(from, name);
    else this.#nodes.push({ opType: "Identity", inputs: [from], outputs: [name] });
    this.#outputs.push({ name, dtype, shape });
  }

  bytes(): Uint8Array {
    const rename = (name: Name): Name => this.#renamed.get(name) ?? name;
    return encodeModel({
      graph: {
        name: "heed",
        nodes: this.#needed().map((node) => ({
          ...node,
          inputs: node.inputs.map(rename),
          outputs: node.outputs.map(rename),
        })),
        initializers: this.#initializers,
        inputs: [...this.inputs].map(([name, { dtype, shape }]) => ({ name, dtype, shape: dims(shape) })),
        outputs: this.#outputs.map(({ name, dtype, shape }) => ({ name, dtype, shape: dims(shape) })),
      },
    });
  }

  #node(
    opType: string,
    inputs: readonly Name[],
    attributes: Readonly<Record<string, OnnxAttr>>,
    outputs: number,
  ): Name[] {
    // Only the last of several reshapes counts.
    const source = opType === "Reshape" ? this.#reshaped.get(inputs[0] as Name) : undefined;
    const operands = source === undefined ? [...inputs] : [source, ...inputs.slice(1)];
    const key = `${opType} ${operands.join("\0")} ${outputs} ${JSON.stringify(attributes)}`;
    const known = this.#written.get(key);
    if (known) return known;
    const results = Array.from({ length: outputs }, () => this.#fresh());
    const encoded = Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [name, attribute(value)]),
    );
    this.#nodes.push({ opType, inputs: operands, outputs: results, attributes: encoded });
    this.#written.set(key, results);
    if (opType === "Reshape") this.#reshaped.set(results[0] as Name, operands[0] as Name);
    return results;
  }

  /** The nodes that the outputs need. */
  #needed(): OnnxNode[] {
    const needed = new Set<Name>(this.#outputs.map(({ name }) => name));
    for (const [from, name] of this.#renamed) if (needed.has(name)) needed.add(from);
    const kept = this.#nodes.toReversed().filter(({ inputs, outputs }) => {
      if (!outputs.some((name) => needed.has(name))) return false;
      for (const name of inputs) needed.add(name);
      return true;
    });
    return kept.reverse();
  }

  /** A name that nothing else has. */
  #fresh(): Name {
    const name = `#${this.#count++}`;
    return this.inputs.has(name) || this.#constants.has(name) || this.#wanted.has(name)
      ? this.#fresh()
      : name;
  }

  /** One node whose result every asker shares. */
  #once(key: string, write: () => Name): Name {
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const name = write();
    this.#shared.set(key, name);
    return name;
  }

  #initializer(dtype: DType, shape: readonly number[], data: HostArray, name = this.#fresh()): Name {
    this.#initializers.push({ name, dtype, shape: [...shape], data });
    this.#fixed.add(name);
    return name;
  }

  #scalar(dtype: DType, value: number): Name {
    return this.#once(`${dtype} ${Object.is(value, -0) ? "-0" : value}`, () => {
      const data = hostArray(dtype, 1);
      data[0] = data instanceof BigInt64Array ? BigInt(value) : value;
      return this.#initializer(dtype, [], data);
    });
  }

  #ints(values: readonly number[]): Name {
    return this.#once(`ints ${values}`, () =>
      this.#initializer("int64", [values.length], BigInt64Array.from(values, BigInt)),
    );
  }

  #leaf(name: string, { dtype }: TensorType): Name {
    const frozen = this.#constants.get(name);
    if (frozen)
      return this.#once(`frozen ${name}`, () => this.#initializer(dtype, frozen.shape, frozen.data, name));
    this.#fixed.add(name);
    return name;
  }

  #shape(shape: Shape, infer: boolean): Name {
    const unknown = shape.filter((size) => typeof size === "string");
    if (unknown.length === 0) return this.#ints(shape as readonly number[]);
    // Of several unknown sizes the most involved one is inferred: the others are then cheap to look up.
    const inferred = infer ? shape.indexOf(unknown.reduce((a, b) => (b.length > a.length ? b : a))) : -1;
    if (infer && unknown.length === 1)
      return this.#ints(shape.map((size, axis) => (axis === inferred ? -1 : Number(size))));
    return this.#once(`shape ${infer} ${shape}`, () => {
      const parts = shape.map((size, axis) => (axis === inferred ? this.#ints([-1]) : this.#size(size)));
      return this.emit("Concat", parts, { axis: 0 });
    });
  }

  #size(size: Size): Name {
    if (typeof size === "number") return this.#ints([size]);
    return this.#once(`size ${size}`, () => {
      const terms = termsOf(size).map((factors) =>
        factors
          .map((factor) => (typeof factor === "number" ? this.#ints([factor]) : this.#symbol(factor)))
          .reduce((a, b) => this.emit("Mul", [a, b])),
      );
      return terms.reduce((a, b) => this.emit("Add", [a, b]));
    });
  }

  #symbol(symbol: string): Name {
    return this.#once(`symbol ${symbol}`, () => {
      const found = this.#symbols.get(symbol);
      if (!found) {
        const problem = `no input has an axis "${symbol}", so its length cannot be known`;
        throw heedError("ERR_GRAPH", { operation: "lower", problem });
      }
      return this.emit("Shape", [found.input], { start: found.axis, end: found.axis + 1 });
    });
  }
}

function dims(shape: Shape): (number | string)[] {
  return [...shape];
}

function attribute(value: OnnxAttr): OnnxAttribute {
  if (typeof value === "number") return { type: "int", value };
  if (typeof value === "string") return { type: "string", value };
  return "float" in value ? { type: "float", value: value.float } : { type: "ints", value: [...value] };
}

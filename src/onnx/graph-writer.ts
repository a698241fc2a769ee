import { heedError } from "../errors.ts";
import { dissect } from "../ir/body.ts";
import { type DType, type HostArray, hostArray, isArrayOf } from "../ir/dtype.ts";
import { leafName, parameterOp } from "../ir/leaf.ts";
import type { Emit, Name, OnnxAttr, Subgraph } from "../ir/op.ts";
import { type Shape, type Size, sameShape, showShape, termsOf } from "../ir/size.ts";
import type { Node, TensorType, Value } from "../ir/value.ts";
import { type Flattening, flattening } from "./flattening.ts";
import {
  namesRead,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxInitializer,
  type OnnxNode,
  renamed,
} from "./proto.ts";

/** Parameters that become initialisers, by name. */
export type Constants = ReadonlyMap<string, { shape: readonly number[]; data: HostArray }>;

/** The nodes of one graph: the main graph, or a subgraph in an attribute, which may also read outside values. */
interface Scope {
  readonly nodes: OnnxNode[];
  /** Outputs of a node, keyed by what it computes, so that nothing is computed twice. */
  readonly written: Map<string, Name[]>;
  /** Output of a Reshape -> its source, with the shape if known. */
  readonly reshaped: Map<Name, { readonly name: Name; readonly shape?: Shape }>;
  readonly around: Scope | undefined;
}

const newScope = (around?: Scope): Scope => ({
  nodes: [],
  written: new Map(),
  reshaped: new Map(),
  around,
});

const sameType = (a: TensorType, b: TensorType): boolean =>
  a.dtype === b.dtype && sameShape(a.shape, b.shape);

/** @throws ERR_SHAPE, ERR_DTYPE when a constant does not match the parameter it replaces. */
function checkConstant(
  name: string,
  { shape, data }: { shape: readonly number[]; data: HostArray },
  declared: TensorType,
): void {
  const operation = `constant "${name}"`;
  const length = shape.reduce((product, size) => product * size, 1);
  if (!sameShape(shape, declared.shape) || data.length !== length) {
    const given = `${showShape(shape)} with ${data.length} elements was given`;
    const problem = `${showShape(declared.shape)} was declared but ${given}`;
    throw heedError("ERR_SHAPE", { operation, problem });
  }
  if (!isArrayOf(declared.dtype, data)) {
    const problem = `${declared.dtype} was declared but the data is of type ${data.constructor.name}`;
    throw heedError("ERR_DTYPE", { operation, problem });
  }
}

/** Writes the nodes of a graph as ONNX nodes. */
export class GraphWriter {
  readonly inputs = new Map<string, TensorType & { readonly isParameter: boolean }>();
  readonly emit: Emit;
  readonly #constants: Constants;
  readonly #wanted: ReadonlyMap<string, Value>;
  readonly #root = newScope();
  #scope = this.#root;
  readonly #initializers: OnnxInitializer[] = [];
  readonly #shared = new Map<string, Name>();
  readonly #outputs: { name: string; dtype: DType; shape: Shape }[] = [];
  readonly #renamed = new Map<Name, Name>();
  readonly #symbols = new Map<string, { input: string; axis: number }>();
  readonly #fixed = new Set<Name>();
  #count = 0;

  constructor(constants: Constants, wanted: ReadonlyMap<string, Value>) {
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
      reshape: this.#reshape.bind(this),
      input: (name: string, type: TensorType) => this.#leaf(name, type),
      graph: this.#graph.bind(this),
    });
  }

  /** Writes nodes in `order`. `names` holds the values named already; the rest are added, and the map is returned. */
  write(order: readonly Node[], names: Map<Value, Name>, results: Iterable<Value>): Map<Value, Name> {
    const used = new Set([...order.flatMap(({ inputs }) => inputs), ...results]);
    for (const node of order) {
      const operands = node.inputs.map((operand) => names.get(operand) as Name);
      const flat = flattening(node, (i) => this.#source(operands[i] as Name)?.shape);
      const outputs = flat ? this.#applyFlat(node, operands, used, flat) : this.#apply(node, operands, used);
      node.outputs.forEach((value, i) => {
        // Bound values of a body keep the names they have.
        if (!names.has(value)) names.set(value, outputs[i] as Name);
      });
    }
    return names;
  }

  #apply(node: Node, operands: Name[], used: ReadonlySet<Value>): readonly Name[] {
    const written: Name | readonly Name[] = node.op.onnx(this.emit, operands, node.attrs, { ...node, used });
    return typeof written === "string" ? [written] : written;
  }

  #applyFlat(
    node: Node,
    operands: readonly Name[],
    used: ReadonlySet<Value>,
    flat: Flattening,
  ): readonly Name[] {
    const flatOperands = node.inputs.map(({ shape }, i) => {
      const [name, to] = [operands[i] as Name, flat.operands[i]];
      return to ? this.#reshape(name, shape, to) : name;
    });
    const written = this.#apply(node, flatOperands, used);
    return node.outputs.map(({ shape }, i) =>
      this.#reshape(written[i] as Name, flat.outputs[i] as Shape, shape),
    );
  }

  /** Registers an input before anything is written, because any node may need the length of a symbol. */
  declareLeaf(value: Value): void {
    const name = leafName(value);
    if (name === undefined) return;
    const constant = this.#constants.get(name);
    if (constant) {
      checkConstant(name, constant, value);
      return;
    }
    const isParameter = value.node.op === parameterOp;
    const known = this.inputs.get(name);
    if (known && (known.isParameter !== isParameter || !sameType(known, value))) {
      throw heedError("ERR_GRAPH", {
        operation: "lower",
        problem: `two different leaves are named "${name}"`,
      });
    }
    this.inputs.set(name, { dtype: value.dtype, shape: value.shape, isParameter });
    value.shape.forEach((size, axis) => {
      const isSymbol = typeof size === "string" && !/[+*]/.test(size);
      if (isSymbol && !this.#symbols.has(size)) this.#symbols.set(size, { input: name, axis });
    });
  }

  /** Makes the value `from` an output called `name`. */
  output(name: string, from: Name, { dtype, shape }: TensorType): void {
    if (this.inputs.has(name) || this.#constants.has(name)) {
      throw heedError("ERR_GRAPH", {
        operation: "lower",
        problem: `an output and an input are both named "${name}"`,
      });
    }
    const canRename = !this.#fixed.has(from) && !this.#renamed.has(from);
    if (canRename) this.#renamed.set(from, name);
    else this.#root.nodes.push({ opType: "Identity", inputs: [from], outputs: [name] });
    this.#outputs.push({ name, dtype, shape });
  }

  graph(): OnnxGraph {
    return {
      name: "heed",
      nodes: this.#needed().map((node) => renamed(node, this.#renamed)),
      initializers: this.#initializers,
      inputs: [...this.inputs].map(([name, { dtype, shape }]) => ({ name, dtype, shape: dims(shape) })),
      outputs: this.#outputs.map(({ name, dtype, shape }) => ({ name, dtype, shape: dims(shape) })),
    };
  }

  #node(
    opType: string,
    inputs: readonly Name[],
    attributes: Readonly<Record<string, OnnxAttr>>,
    outputs: number,
  ): Name[] {
    // Only the last of several reshapes counts.
    const scope = this.#scope;
    const source = opType === "Reshape" ? this.#source(inputs[0] as Name)?.name : undefined;
    const operands = source === undefined ? [...inputs] : [source, ...inputs.slice(1)];
    const key = `${opType} ${operands.join("\0")} ${outputs} ${JSON.stringify(attributes)}`;
    const known = find(scope, ({ written }) => written.get(key));
    if (known) return known;
    const results = Array.from({ length: outputs }, () => this.#fresh());
    const encoded = Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [name, attribute(value)]),
    );
    scope.nodes.push({ opType, inputs: operands, outputs: results, attributes: encoded });
    scope.written.set(key, results);
    if (opType === "Reshape") scope.reshaped.set(results[0] as Name, { name: operands[0] as Name });
    return results;
  }

  /** The source of the reshape whose output has this name. */
  #source(name: Name): { readonly name: Name; readonly shape?: Shape } | undefined {
    return find(this.#scope, ({ reshaped }) => reshaped.get(name));
  }

  #reshape(x: Name, from: Shape, to: Shape): Name {
    const before = this.#source(x);
    const source = before?.shape ? before : { name: x, shape: from };
    if (sameShape(source.shape as Shape, to)) return source.name;
    const [name] = this.#node("Reshape", [source.name, this.#shape(to, true)], {}, 1) as [Name];
    this.#scope.reshaped.set(name, source);
    return name;
  }

  #graph(bound: readonly Value[], results: readonly Value[], around: ReadonlyMap<Value, Name>): Subgraph {
    const outside = this.#scope;
    const scope = newScope(outside);
    const names = new Map(around);
    const inputs = bound.map((value) => {
      const name = this.#fresh();
      names.set(value, name);
      return { name, dtype: value.dtype, shape: dims(value.shape) };
    });
    this.#scope = scope;
    this.write(dissect({ bound, results }).nodes, names, results);
    // Each result must be the output of a node inside, and no two results may share one.
    const used = new Set<Name>();
    const inner = new Set(scope.nodes.flatMap(({ outputs }) => outputs));
    const outputs = results.map((value) => {
      let name = names.get(value) as Name;
      if (!inner.has(name) || used.has(name)) {
        const copy = this.#fresh();
        scope.nodes.push({ opType: "Identity", inputs: [name], outputs: [copy] });
        name = copy;
      }
      used.add(name);
      return { name, dtype: value.dtype, shape: dims(value.shape) };
    });
    this.#scope = outside;
    const nodes = leadingTo(
      outputs.map(({ name }) => name),
      scope.nodes,
    );
    const graph: OnnxGraph = { name: this.#fresh(), nodes, initializers: [], inputs, outputs };
    return { graph };
  }

  /** The nodes that the outputs need. */
  #needed(): OnnxNode[] {
    const needed = new Set<Name>(this.#outputs.map(({ name }) => name));
    for (const [from, name] of this.#renamed) if (needed.has(name)) needed.add(from);
    return leadingTo(needed, this.#root.nodes);
  }

  /** An unused name. */
  #fresh(): Name {
    const name = `#${this.#count++}`;
    return this.inputs.has(name) || this.#constants.has(name) || this.#wanted.has(name)
      ? this.#fresh()
      : name;
  }

  /** A node of the main graph, written once and shared by everything that needs it. */
  #once(key: string, write: () => Name): Name {
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const scope = this.#scope;
    this.#scope = this.#root;
    const name = write();
    this.#scope = scope;
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
    // Of several unknown sizes the most complex one is inferred: the others are then cheap to look up.
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
      const source = this.#symbols.get(symbol);
      if (!source) {
        const problem = `no input has an axis "${symbol}", so its length is unknown`;
        throw heedError("ERR_GRAPH", { operation: "lower", problem });
      }
      return this.emit("Shape", [source.input], { start: source.axis, end: source.axis + 1 });
    });
  }
}

/** The nodes that the values with these names depend on. */
function leadingTo(names: Iterable<Name>, nodes: readonly OnnxNode[]): OnnxNode[] {
  const needed = new Set(names);
  const kept = nodes.toReversed().filter((node) => {
    if (!node.outputs.some((name) => needed.has(name))) return false;
    for (const name of namesRead(node)) needed.add(name);
    return true;
  });
  return kept.reverse();
}

/** The result of `look` in the innermost scope that has one. */
function find<T>(scope: Scope | undefined, look: (scope: Scope) => T | undefined): T | undefined {
  for (let current = scope; current; current = current.around) {
    const result = look(current);
    if (result !== undefined) return result;
  }
  return undefined;
}

function dims(shape: Shape): (number | string)[] {
  return [...shape];
}

function attribute(value: OnnxAttr): OnnxAttribute {
  if (typeof value === "number") return { type: "int", value };
  if (typeof value === "string") return { type: "string", value };
  if ("graph" in value) return { type: "graph", value: value.graph as OnnxGraph };
  return "float" in value ? { type: "float", value: value.float } : { type: "ints", value: [...value] };
}

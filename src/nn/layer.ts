import { heedError } from "../errors.ts";
import type { DType } from "../ir/dtype.ts";
import { parameter as parameterLeaf } from "../ir/leaf.ts";
import type { Shape } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { cast } from "../ops/compare.ts";
import { dropoutMask, type RandomTables } from "../ops/dropout-mask.ts";
import { mul } from "../ops/elementwise.ts";
import type { scan } from "../ops/scan.ts";
import type { Initialiser, ParameterSpec } from "./initialise.ts";
import { type Observer, openTaps, type TapName } from "./taps.ts";

/** A description of a layer, without weights. `bind` gives it weights, named by their paths under `scope`. */
export interface Layer<F> {
  bind(scope: Scope): F;
}

// biome-ignore lint/suspicious/noExplicitAny: the seam where parts of different types share one record
type AnyLayer = Layer<any>;
type Part = ParameterSpec | AnyLayer | readonly AnyLayer[];
type Bound<P> = {
  readonly [K in keyof P]: NonNullable<P[K]> extends Layer<infer F>
    ? F
    : NonNullable<P[K]> extends readonly Layer<infer F>[]
      ? readonly F[]
      : Value;
};

/** A layer's place in its model: its path, and the services of the model as a whole. */
export interface Scope {
  readonly path: string;
  child(name: string): Scope;
  /** The part to bind at this path: `part` itself, unless `replacing` overrides it. */
  instead<F>(part: Layer<F>): Layer<F>;
  parameter(name: string, spec: ParameterSpec): Value;
  /**
   * Exposes a value as `path.name` and returns the value to continue with: the same one, unless an observer replaces it.
   * Costs nothing when unused.
   */
  readonly tap: (name: TapName, value: Value) => Value;
  /** The `scan` op for steps that tap: their taps are collected over all steps. */
  readonly scan: typeof scan;
  /** Whether there is an observer: shortcuts that would hide a tap are then not taken. */
  readonly isObserved: boolean;
  /**
   * In training, zeroes elements with probability `rate` and scales the others by 1 / (1 - rate); otherwise the identity.
   * @see Srivastava et al. 2014 - https://jmlr.org/papers/v15/srivastava14a.html
   */
  dropout(x: Value, rate: number): Value;
}

/**
 * Makes a layer from named parts and a forward function. Names are written once: the path of a weight
 * (`encoder.0.attention.query.weight`) is also its ONNX input name and its safetensors key.
 */
export function layer<P extends Readonly<Record<string, Part | undefined>>, F>(
  parts: P,
  forward: (parts: Bound<P>, scope: Scope) => F,
): Layer<F> {
  return {
    bind: (scope) => {
      const bound = Object.entries(parts).flatMap(([name, part]) =>
        part ? [[name, bindPart(part, name, scope)]] : [],
      );
      return forward(Object.fromEntries(bound) as Bound<P>, scope);
    },
  };
}

function bindPart(part: Part, name: string, scope: Scope): unknown {
  const bind = (inner: AnyLayer, at: Scope): unknown => at.instead(inner).bind(at);
  if (isList(part)) return part.map((inner, i) => bind(inner, scope.child(name).child(String(i))));
  return "bind" in part ? bind(part, scope.child(name)) : scope.parameter(name, part);
}

/** Overrides for an existing layer. */
export interface Changes {
  /** The replacement for the part at a path; undefined keeps the part. */
  readonly part?: (path: string) => AnyLayer | undefined;
  /** The initialiser for the parameter at a path. */
  readonly init?: (path: string, spec: ParameterSpec) => Initialiser;
}

/** A layer with some of its parts replaced, at any depth. Used for ablations. */
export function replacing<F>(model: Layer<F>, changes: Changes): Layer<F> {
  const overriding = (scope: Scope): Scope => ({
    ...scope,
    child: (name) => overriding(scope.child(name)),
    instead: (part) => (changes.part?.(scope.path) as typeof part | undefined) ?? scope.instead(part),
    parameter: (name, spec) => {
      const path = scope.path ? `${scope.path}.${name}` : name;
      return scope.parameter(name, { ...spec, init: changes.init?.(path, spec) ?? spec.init });
    },
  });
  return { bind: (scope) => model.bind(overriding(scope)) };
}

const isList = (part: Part): part is readonly AnyLayer[] => Array.isArray(part);

/** `count` layers of one kind, each with its own weights. */
export function repeat<F>(count: number, make: (index: number) => Layer<F>): readonly Layer<F>[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

export interface BuildOptions {
  /** Element type of the weights. Default float32; float64 is for gradient checks. */
  readonly dtype?: DType;
  /** The name of the leaf of the weight at a path. Default: its path. */
  readonly named?: (path: string) => string;
  /** Random tables of the training step. Dropout is on if given. */
  readonly random?: RandomTables;
  /**
   * Called each time a value passes a tap; returns the value to continue with. Without an observer, taps do not change
   * the graph by a byte.
   */
  readonly at?: Observer;
}

/** A layer with its weights, ready to be called on values. */
export interface Model<F> {
  readonly call: F;
  readonly parameters: ReadonlyMap<string, { readonly value: Value; readonly spec: ParameterSpec }>;
  /** Tapped values by path, filled by `call` and overwritten by the next. `matchTaps` searches them. */
  readonly taps: ReadonlyMap<string, Value>;
}

/** Gives a layer its weights. Models built from one layer with different options share weights by name. */
export function build<F>(root: Layer<F>, options: BuildOptions = {}): Model<F> {
  const { dtype = "float32", random, at, named = (path) => path } = options;
  const parameters = new Map<string, { value: Value; spec: ParameterSpec }>();
  const { taps, tap, scan } = openTaps(at);
  let sites = 0;
  const scopeAt = (path: string): Scope => {
    const join = (name: string): string => (path ? `${path}.${name}` : name);
    return {
      path,
      child: (name) => scopeAt(join(name)),
      instead: (part) => part,
      parameter: (name, spec) => {
        const full = join(name);
        if (parameters.has(full)) {
          throw heedError("ERR_GRAPH", { operation: "build", problem: `two parameters are named "${full}"` });
        }
        const value = parameterLeaf(named(full), dtype, spec.shape);
        parameters.set(full, { value, spec });
        return value;
      },
      tap: (name, value) => tap(join(name), name, value),
      scan,
      isObserved: at !== undefined,
      dropout: (x, rate) => {
        if (!random || rate === 0) return x;
        const mask = dropoutMask(random, { shape: x.shape as Shape, keep: 1 - rate, site: sites++ });
        return mul(x, cast(mask, x.dtype));
      },
    };
  };
  return { call: root.bind(scopeAt("")), parameters, taps };
}

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

/** A description of a layer, without weights. `bind` gives it weights named by paths under `scope`. */
export interface Layer<F> {
  bind(scope: Scope): F;
}

// biome-ignore lint/suspicious/noExplicitAny: the seam where parts of different kinds stand in one record
type AnyLayer = Layer<any>;
type Part = ParameterSpec | AnyLayer | readonly AnyLayer[];
type Bound<P> = {
  readonly [K in keyof P]: NonNullable<P[K]> extends Layer<infer F>
    ? F
    : NonNullable<P[K]> extends readonly Layer<infer F>[]
      ? readonly F[]
      : Value;
};

/** Where a layer stands in its model: its path, and what the model as a whole provides. */
export interface Scope {
  readonly path: string;
  child(name: string): Scope;
  /** What is bound in place of a part at this path: `replacing` says so. */
  instead<F>(part: Layer<F>): Layer<F>;
  parameter(name: string, spec: ParameterSpec): Value;
  /**
   * Shows a value on its way under `path.name`. What it returns goes on: the value itself, unless an observer answers
   * with another. Costs nothing unless somebody asks.
   */
  readonly tap: (name: TapName, value: Value) => Value;
  /** A recurrence whose steps may tap: as the op, and what a step shows can be asked for at all steps. */
  readonly scan: typeof scan;
  /** Whether somebody may answer: what is only faster, and hides a tap, is then left out. */
  readonly isObserved: boolean;
  /**
   * Zeroes elements with probability `rate` and scales the others by 1 / (1 - rate), in training; else the identity.
   * @see Srivastava et al. 2014 - https://jmlr.org/papers/v15/srivastava14a.html
   */
  dropout(x: Value, rate: number): Value;
}

/**
 * A layer from named parts and what they compute together. Names are written once: the path of a weight
 * (`encoder.0.attention.query.weight`) is its ONNX input name and its safetensors key.
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
  const bind = (one: AnyLayer, at: Scope): unknown => at.instead(one).bind(at);
  if (isList(part)) return part.map((one, i) => bind(one, scope.child(name).child(String(i))));
  return "bind" in part ? bind(part, scope.child(name)) : scope.parameter(name, part);
}

/** What to change about a layer that is left as it is written. */
export interface Changes {
  /** What stands in place of the part at a path; undefined for the part itself. */
  readonly part?: (path: string) => AnyLayer | undefined;
  /** How the parameter at a path starts instead. */
  readonly init?: (path: string, spec: ParameterSpec) => Initialiser;
}

/** A layer with some of its parts exchanged, however deep they are: for ablations. */
export function replacing<F>(model: Layer<F>, changes: Changes): Layer<F> {
  const inside = (scope: Scope): Scope => ({
    ...scope,
    child: (name) => inside(scope.child(name)),
    instead: (part) => (changes.part?.(scope.path) as typeof part | undefined) ?? scope.instead(part),
    parameter: (name, spec) => {
      const path = scope.path ? `${scope.path}.${name}` : name;
      return scope.parameter(name, { ...spec, init: changes.init?.(path, spec) ?? spec.init });
    },
  });
  return { bind: (scope) => model.bind(inside(scope)) };
}

const isList = (part: Part): part is readonly AnyLayer[] => Array.isArray(part);

/** `count` layers of one kind, each with weights of its own. */
export function repeat<F>(count: number, make: (index: number) => Layer<F>): readonly Layer<F>[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

export interface BuildOptions {
  /** Element type of the weights. Default float32; float64 is for gradient checks. */
  readonly dtype?: DType;
  /** Random tables of the step: given, dropout is on. */
  readonly random?: RandomTables;
  /**
   * Sees every tap on its way, as often as it is passed, and answers with what goes on. Without an observer the graph is
   * the same to the byte.
   */
  readonly at?: Observer;
}

/** A layer that has its weights: ready to be called on values. */
export interface Model<F> {
  readonly call: F;
  readonly parameters: ReadonlyMap<string, { readonly value: Value; readonly spec: ParameterSpec }>;
  /** What went on from each tap, by path; filled as `call` is called. A second call overwrites. `matchTaps` finds them. */
  readonly taps: ReadonlyMap<string, Value>;
}

/** Gives a layer its weights. Models built from one layer with different options share weights by name. */
export function build<F>(root: Layer<F>, { dtype = "float32", random, at }: BuildOptions = {}): Model<F> {
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
        const value = parameterLeaf(full, dtype, spec.shape);
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

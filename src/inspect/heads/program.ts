import { batchesByTokens } from "../../decoding/packing.ts";
import { input } from "../../ir/leaf.ts";
import type { Size } from "../../ir/size.ts";
import type { Value } from "../../ir/value.ts";
import type { Observer } from "../../nn/taps.ts";
import { sum } from "../../ops/broadcast.ts";
import { add, mul, sqrt, sub } from "../../ops/elementwise.ts";
import { gatherLast } from "../../ops/gather.ts";
import { reshape } from "../../ops/reshape.ts";
import { logSoftmax } from "../../ops/softmax.ts";
import { compile, type Feed, type Program } from "../../runtime/compile.ts";
import type { Tensor } from "../../runtime/tensor.ts";
import type { PlanOptions } from "../looking/look-plan.ts";
import type { EncodedExample, Inspected, subjectOf } from "../looking/subject.ts";
import type { HeadBatches } from "./batches.ts";
import { type AttentionPlace, attentionPlaces, type HeadPlace } from "./places.ts";

/** Limits of one run: rows, tokens with padding, and logits. */
const LIMITS = { sentences: 256, tokens: 4096, logits: 2 ** 24 };

/** One row of a batch: an example, perhaps without one head. */
export interface Forward {
  readonly example: EncodedExample;
  /** The head whose output is replaced. Default: none. */
  readonly without?: HeadPlace | undefined;
  /** Other tokens than the expected ones, whose probabilities are wanted beside theirs; one for each place. */
  readonly against?: Int32Array;
}

/** ln p at each place of an example: of the expected tokens, and of those in `against`. */
export interface ForwardResult {
  readonly expected: Float32Array;
  readonly against: Float32Array;
}

/** What one attention does in one example. */
export interface ReadAttention {
  readonly place: AttentionPlace;
  /** a_ij; rows and columns are those of the example, without padding. */
  readonly weight: (head: number, row: number, column: number) => number;
  /** ‖v_j‖ */
  readonly valueNorm: (head: number, column: number) => number;
  /** A component of a head's output, Σ_j a_ij v_j. */
  readonly output: (head: number, row: number, component: number) => number;
}

export interface HeadProgram {
  readonly places: readonly AttentionPlace[];
  /** Reads every attention of some examples. `onRead` is called once for each, in any order. */
  read(
    examples: readonly EncodedExample[],
    onRead: (example: number, attentions: readonly ReadAttention[]) => void,
  ): Promise<void>;
  /**
   * Runs examples with and without heads, in one graph: which head a row of the batch is without is fed.
   *
   * @param instead  What stands for the output of a head that is left out, per attention [heads, dValue]. Default: zeros.
   * @param onDone   Called with the number of rows done so far.
   */
  run(
    rows: readonly Forward[],
    options?: {
      readonly instead?: ReadonlyMap<string, Float32Array>;
      readonly onDone?: (rows: number) => void;
    },
  ): Promise<ForwardResult[]>;
  close(): void;
}

export interface HeadProgramOptions extends PlanOptions {
  readonly of: Inspected;
  readonly subject: ReturnType<typeof subjectOf>;
  readonly batches: HeadBatches;
  readonly signal?: AbortSignal;
}

/** Compiles what reads the heads of a model, and what leaves them out. */
export async function openHeadProgram(options: HeadProgramOptions): Promise<HeadProgram> {
  const { of, subject, batches, signal } = options;
  const { taps, logits } = subject.graph({});
  const places = attentionPlaces(taps, of.task);
  const classes = logits.shape[2] as number;
  const reader = places.length > 0 ? await compiled(options, readOutputs(taps, places)) : undefined;
  const runner = await compiled(options, {
    picked: pickedFrom(subject.graph({ at: without(places) }).logits),
  });
  const groups = (examples: readonly EncodedExample[]): number[][] => {
    const tokens = Math.min(LIMITS.tokens, Math.max(1, Math.floor(LIMITS.logits / classes)));
    const lengthOf = (i: number): number => batches.length(examples[i] as EncodedExample);
    return batchesByTokens(examples.length, lengthOf, { sentences: LIMITS.sentences, tokens });
  };
  return {
    places,
    read: async (examples, onRead) => {
      if (!reader) return;
      for (const group of groups(examples)) {
        signal?.throwIfAborted();
        const chosen = group.map((i) => examples[i] as EncodedExample);
        const tensors = await numbersOf(await reader(batches.batch(chosen).feeds));
        for (const [n, index] of group.entries()) {
          onRead(
            index,
            places.map((place) => attentionOf(place, tensors, n)),
          );
        }
      }
    },
    run: async (rows, { instead, onDone } = {}) => {
      const results = new Array<ForwardResult>(rows.length);
      let done = 0;
      for (const group of groups(rows.map(({ example }) => example))) {
        signal?.throwIfAborted();
        const chosen = group.map((i) => rows[i] as Forward);
        const batch = batches.batch(chosen.map(({ example }) => example));
        const feeds: Record<string, Feed> = {
          ...batch.feeds,
          picks: picksOf(chosen, subject, batch.places),
          ...leftOut(places, chosen, instead),
        };
        const { picked } = await numbersOf(await runner(feeds));
        for (const [n, index] of group.entries()) {
          const length = subject.expected((rows[index] as Forward).example).length;
          const at = (which: 0 | 1): Float32Array =>
            Float32Array.from(
              { length },
              (_, i) => picked?.data[2 * (n * batch.places + i) + which] as number,
            );
          results[index] = { expected: at(0), against: at(1) };
        }
        done += group.length;
        onDone?.(done);
      }
      return results;
    },
    close: () => {
      reader?.close();
      runner.close();
    },
  };
}

const compiled = (
  { engine, weights, state, session }: PlanOptions,
  outputs: Record<string, Value>,
): Promise<Program> =>
  compile({
    engine,
    outputs,
    ...(weights ? { constants: weights } : {}),
    ...(state ? { state } : {}),
    ...(session ? { session } : {}),
  });

interface Numbers {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

async function numbersOf(tensors: Readonly<Record<string, Tensor>>): Promise<Record<string, Numbers>> {
  const read: Record<string, Numbers> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    read[name] = { shape: tensor.shape, data: ((await tensor.read()) as Float32Array).slice() };
    tensor.dispose();
  }
  return read;
}

const nameOf = (kind: "weights" | "norms" | "heads" | "keep" | "put", { path }: AttentionPlace): string =>
  `${kind} ${path}`;

/** Of each attention: weights, norms of values [batch, heads or 1, keys], and outputs of heads. */
function readOutputs(
  taps: ReadonlyMap<string, Value>,
  places: readonly AttentionPlace[],
): Record<string, Value> {
  const outputs: Record<string, Value> = {};
  for (const place of places) {
    // The values of a recurrent decoder's attention are the encoder's states.
    const values = taps.get(`${place.path}.values`) ?? oneHead(taps.get("encoder.outputs") as Value);
    outputs[nameOf("weights", place)] = taps.get(`${place.path}.weights`) as Value;
    outputs[nameOf("norms", place)] = sqrt(sum(mul(values, values), [3]));
    outputs[nameOf("heads", place)] = taps.get(`${place.path}.heads`) as Value;
  }
  return outputs;
}

/** [batch, length, dim]  ->  [batch, 1, length, dim] */
function oneHead(states: Value): Value {
  const [batch, length, dim] = states.shape as [Size, Size, Size];
  return reshape(states, [batch, 1, length, dim]);
}

/** Answers at `…heads`: keep · output + (1 - keep) · put, with keep [batch, heads] and put [heads, dValue] fed. */
function without(places: readonly AttentionPlace[]): Observer {
  const byPath = new Map(places.map((place) => [`${place.path}.heads`, place]));
  return (path, value) => {
    const place = byPath.get(path);
    if (!place) return value;
    const [batch, heads, , dValue] = value.shape as [Size, Size, Size, Size];
    const keep = reshape(input(nameOf("keep", place), value.dtype, [batch, heads]), [batch, heads, 1, 1]);
    const put = reshape(input(nameOf("put", place), value.dtype, [heads, dValue]), [1, heads, 1, dValue]);
    return add(mul(value, keep), mul(put, sub(1, keep)));
  };
}

/** logits [batch, places, classes]  ->  ln p of the classes in `picks` [batch, places, 2] */
function pickedFrom(logits: Value): Value {
  const [batch, places] = logits.shape as [Size, Size];
  return gatherLast(logSoftmax(logits), input("picks", "int32", [batch, places, 2]));
}

function picksOf(rows: readonly Forward[], subject: HeadProgramOptions["subject"], places: number): Feed {
  const data = new Int32Array(rows.length * places * 2);
  for (const [n, { example, against }] of rows.entries()) {
    for (const [i, id] of subject.expected(example).entries()) {
      data[2 * (n * places + i)] = id;
      data[2 * (n * places + i) + 1] = against?.[i] ?? id;
    }
  }
  return { shape: [rows.length, places, 2], data };
}

function leftOut(
  places: readonly AttentionPlace[],
  rows: readonly Forward[],
  instead: ReadonlyMap<string, Float32Array> | undefined,
): Record<string, Feed> {
  const feeds: Record<string, Feed> = {};
  for (const place of places) {
    const { path, heads, dValue } = place;
    const keep = new Float32Array(rows.length * heads).fill(1);
    for (const [n, row] of rows.entries())
      if (row.without?.place.path === path) keep[n * heads + row.without.head] = 0;
    feeds[nameOf("keep", place)] = { shape: [rows.length, heads], data: keep };
    const put = instead?.get(path) ?? new Float32Array(heads * dValue);
    feeds[nameOf("put", place)] = { shape: [heads, dValue], data: put };
  }
  return feeds;
}

/** The n-th example's part of what was read of a batch. */
function attentionOf(
  place: AttentionPlace,
  tensors: Readonly<Record<string, Numbers>>,
  n: number,
): ReadAttention {
  const [weights, norms, heads] = (["weights", "norms", "heads"] as const).map(
    (kind) => tensors[nameOf(kind, place)],
  ) as [Numbers, Numbers, Numbers];
  const [, count, queries, keys] = weights.shape as [number, number, number, number];
  const normHeads = norms.shape[1] as number;
  return {
    place,
    weight: (head, row, column) =>
      weights.data[((n * count + head) * queries + row) * keys + column] as number,
    valueNorm: (head, column) =>
      norms.data[(n * normHeads + Math.min(head, normHeads - 1)) * keys + column] as number,
    output: (head, row, component) =>
      heads.data[((n * count + head) * queries + row) * place.dValue + component] as number,
  };
}

import { evaluate, type Size } from "../../ir/size.ts";
import { type Feed, feedsFor } from "../../runtime/compile.ts";
import type { HostTensor } from "../../runtime/state.ts";
import type { Tensor } from "../../runtime/tensor.ts";
import { givenFeeds, isShared, placedTap } from "./given.ts";
import { type Changeable, changeOf, feedsOf, type Intervention, timeBack } from "./intervention.ts";
import { ALONG, PICKS, type Plan, type PlanOptions } from "./look-plan.ts";
import { lengthsOf } from "./look-read.ts";
import type { Plans } from "./plans.ts";
import type { Inspected, Subject } from "./subject.ts";
import type { Given, HostFeeds, Variant } from "./variant.ts";

/** Most tokens of one run, source and target together. */
const TOKENS = 2048;

export interface Reading {
  /** Paths of taps to read. */
  readonly taps?: readonly string[];
  /** Paths of taps whose gradients are wanted. */
  readonly gradients?: readonly string[];
  /** The path of a tap that is differentiated along a direction, in place of the output. */
  readonly along?: string;
}

/** What was read of one variant; numbers in the order of the tap's axes. */
export interface VariantRead {
  readonly taps: ReadonlyMap<string, Float32Array>;
  readonly gradients: ReadonlyMap<string, Float32Array>;
  /** ln p(of) at each place. */
  readonly logProbabilities: Float32Array;
  /** The id of the likeliest token at each place. */
  readonly likeliest: ArrayLike<number>;
}

/** Reads many variants of one example in few runs. */
export interface Batches {
  readonly inspected: Inspected;
  readonly subject: Subject;
  /** A weight of the model by its path; undefined if there is none. */
  parameter(path: string): Promise<HostTensor | undefined>;
  /**
   * Interventions by the paths of the taps that they match.
   *
   * @throws ERR_GRAPH for a pattern that matches no tap; ERR_USAGE for a tap that can only be read.
   */
  givenBy(interventions: readonly Intervention[]): Given;
  /** The tap at which changes are not the same at all places of a sequence, by the symbol of its length; if there is one. */
  placedTap(given: Given, feeds: HostFeeds, size: string): string | undefined;
  read(variants: readonly Variant[], reading: Reading): Promise<VariantRead[]>;
}

export function openBatches(
  options: PlanOptions,
  inspected: Inspected,
  subject: Subject,
  plans: Plans,
  { givenBy, shapeOf }: Pick<Batches, "givenBy"> & { readonly shapeOf: (path: string) => readonly Size[] },
): Batches {
  return {
    givenBy,
    placedTap: (given, feeds, size) => placedTap(given, size, lengthsOf(feeds), shapeOf),
    inspected,
    subject,
    parameter: async (path) =>
      options.weights?.get(path) ?? (options.state?.has(path) ? options.state.read(path) : undefined),
    read: (variants, { taps = [], gradients = [], along }) => {
      const changed = [...new Set(variants.flatMap(({ intervene = [] }) => intervene.map(({ at }) => at)))];
      const tokens = Object.values(variants[0]?.feeds ?? {}).reduce(
        (sum, { shape, data }) => sum + (data instanceof Int32Array ? (shape[1] ?? 0) : 0),
        0,
      );
      const size = Math.max(1, Math.floor(TOKENS / Math.max(1, tokens)));
      const given = [...(variants[0]?.given?.keys() ?? [])];
      // Without another token, the change of a shared tap is another one.
      const isAlone =
        variants.some(({ shortened }) => shortened) && given.some((path) => isShared(shapeOf(path)));
      const atOnce = isAlone ? 1 : size;
      return plans.use({ read: taps, changed, given, differentiated: gradients, along }, async (plan) => {
        const read: VariantRead[] = [];
        for (let from = 0; from < variants.length; from += atOnce)
          read.push(...(await readTogether(plan, variants.slice(from, from + atOnce))));
        return read;
      });
    },
  };
}

async function readTogether(plan: Plan, variants: readonly Variant[]): Promise<VariantRead[]> {
  const count = variants.length;
  const feeds = stacked(variants.map((variant) => variant.feeds));
  const lengths = lengthsOf(feeds).set("batch", count);
  const sizes = (shape: readonly Size[]): number[] => shape.map((size) => evaluate(size, lengths) as number);
  const all: Record<string, Feed> = { ...feeds, ...outputFeeds(variants) };
  for (const [path, one] of plan.fed) Object.assign(all, changeFeeds(path, one, sizes(one.shape), variants));
  for (const [path, one] of plan.givenFed) Object.assign(all, givenFeeds(path, one, lengths, variants));
  if (plan.along !== undefined) {
    const data = Float32Array.from(variants.flatMap(({ along = [] }) => Array.from(along)));
    all[ALONG] = { shape: sizes(plan.shapes.get(plan.along) as readonly Size[]), data };
  }
  const results = (await plan.program(feedsFor(plan.program, all))) as Record<string, Tensor>;
  const numbers = new Map<string, Float32Array>();
  for (const [name, tensor] of Object.entries(results)) {
    if (!name.startsWith("arriving ")) numbers.set(name, ((await tensor.read()) as Float32Array).slice());
    tensor.dispose();
  }
  for (const path of plan.differentiated) {
    const { shape, time } = plan.fed.get(path) as Changeable;
    const name = `gradient ${path}`;
    if (time !== undefined)
      numbers.set(name, timeBack(numbers.get(name) as Float32Array, sizes(shape), time));
  }
  const part = (name: string, i: number): Float32Array => {
    const data = numbers.get(name) as Float32Array;
    return data.subarray((i * data.length) / count, ((i + 1) * data.length) / count);
  };
  return variants.map((_, i) => ({
    taps: new Map(plan.read.map((path) => [path, part(`tap ${path}`, i)])),
    gradients: new Map(plan.differentiated.map((path) => [path, part(`gradient ${path}`, i)])),
    logProbabilities: part("logProbabilities", i),
    likeliest: part("likeliest", i),
  }));
}

/** Inputs of many batches of one as one batch. */
function stacked(batches: readonly HostFeeds[]): HostFeeds {
  const [first = {}] = batches;
  return Object.fromEntries(
    Object.entries(first).map(([name, { shape, data }]) => {
      const whole = new (data.constructor as Int32ArrayConstructor)(data.length * batches.length);
      batches.forEach((batch, i) => {
        whole.set(batch[name]?.data as Int32Array, i * data.length);
      });
      return [name, { shape: [batches.length, ...shape.slice(1)], data: whole }];
    }),
  );
}

function outputFeeds(variants: readonly Variant[]): Record<string, Feed> {
  const places = variants[0]?.of.length ?? 0;
  const shape = [variants.length, places, 1];
  const ids = (of: (variant: Variant) => Int32Array | undefined): Feed => {
    const data = new Int32Array(variants.length * places);
    variants.forEach((variant, i) => {
      data.set(of(variant) ?? [], i * places);
    });
    return { shape, data };
  };
  const shares = (of: (variant: Variant) => boolean): Feed => {
    const data = new Float32Array(variants.length * places);
    variants.forEach((variant, i) => {
      if (of(variant)) data.set(variant.share ?? new Float32Array(places).fill(1), i * places);
    });
    return { shape, data };
  };
  return {
    expected: ids(({ of }) => of),
    [PICKS.of]: ids(({ of }) => of),
    [PICKS.ofWeight]: shares(() => true),
    [PICKS.against]: ids(({ against }) => against),
    [PICKS.againstWeight]: shares(({ against }) => against !== undefined),
  };
}

/** The feeds of a tap: what each variant changes of it. */
function changeFeeds(
  path: string,
  one: Changeable,
  shape: readonly number[],
  variants: readonly Variant[],
): Record<string, Feed> {
  const each = shape.slice(1).reduce((product, size) => product * size, 1);
  const keep = new Float32Array(each * variants.length).fill(1);
  const put = new Float32Array(each * variants.length);
  variants.forEach(({ intervene = [] }, i) => {
    const here = intervene.filter(({ at }) => at === path);
    const change = changeOf(path, [1, ...shape.slice(1)], here);
    if (!change) return;
    keep.set(change.keep, i * each);
    put.set(change.put, i * each);
  });
  return feedsOf(path, one, shape, { keep, put, renormalise: false });
}

import { heedError } from "../../errors.ts";
import type { PlanOptions } from "../looking/look-plan.ts";
import { type EncodedExample, type Example, type Inspected, subjectOf } from "../looking/subject.ts";
import { type AblationEffect, ablateHeads, ablationRows } from "./ablation.ts";
import { headBatches } from "./batches.ts";
import {
  type Contrast,
  type ContrastedFeature,
  contrastMargins,
  type EncodedSide,
  encodeContrast,
  type FeatureEffect,
  testContrasts,
} from "./contrasts.ts";
import { distanceTally, type HeadDistances, IDENTICAL } from "./distance.ts";
import { type AttentionPlace, headPlaces } from "./places.ts";
import { type HeadProgram, openHeadProgram } from "./program.ts";
import { type HeadStatistics, headTally } from "./statistics.ts";

export interface HeadSurveyOptions extends PlanOptions {
  /** The model with its tokenizers; a run that was opened is one. */
  readonly of: Inspected;
  /** The longest text that the model reads, in tokens; longer ones are cut. Default: none are. */
  readonly maxLength?: number;
  /** Sentence pairs, labelled texts, or texts as ids of which the last is only predicted. */
  readonly examples: readonly (Example | EncodedExample)[];
  /** Of a translator. Default: none. */
  readonly contrasts?: readonly Contrast[];
  /** Also replaces each head's output by its mean over the examples. Default false. */
  readonly meanAblation?: boolean;
  /** Of the permutation tests. Default 1. */
  readonly seed?: number;
  /** Called with the forward passes done, and how many there will be. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** What one head does. */
export interface SurveyedHead {
  readonly place: AttentionPlace;
  /** From 0. */
  readonly head: number;
  /** "decoder 2 cross 3": layers and heads are numbered from 1. */
  readonly name: string;
  readonly statistics: HeadStatistics;
  /** The head of the same attention that is most like it; see `HeadDistances`. Absent for a single head. */
  readonly nearest?: { readonly head: number; readonly divergence: number };
  /** Heads of the same attention with the same weights everywhere; "outputs" if those are the same too. */
  readonly identical: readonly { readonly head: number; readonly in: "weights" | "outputs" }[];
  /** Whether its output is 0 everywhere. */
  readonly isSilent: boolean;
  /** Its output replaced by zeros. */
  readonly zero: AblationEffect;
  /** Its output replaced by its mean. */
  readonly mean?: AblationEffect;
  /** In the order of `HeadSurvey.features`. */
  readonly features: readonly FeatureEffect[];
}

export interface HeadSurvey {
  readonly examples: number;
  /** Tokens that are predicted; labels, of a classifier. */
  readonly tokens: number;
  /** Nats a token, with all heads. */
  readonly loss: number;
  /** In the model's order. */
  readonly heads: readonly SurveyedHead[];
  readonly attentions: readonly { readonly place: AttentionPlace; readonly distances: HeadDistances }[];
  readonly features: readonly ContrastedFeature[];
}

/**
 * What every head of a model does: where it looks, how alike it is to others, what the loss is without it, and which
 * features of a contrast need it.
 *
 * @throws ERR_MODEL for a model without attention, ERR_DATA without examples; the signal's reason once it is aborted.
 */
export async function surveyHeads(options: HeadSurveyOptions): Promise<HeadSurvey> {
  const { of, seed = 1, contrasts = [], onProgress } = options;
  const subject = subjectOf(of, options.maxLength);
  const batches = headBatches(of);
  const examples = options.examples.map((example) =>
    typeof example.source === "string" ? subject.encode(example as Example) : (example as EncodedExample),
  );
  if (examples.length === 0)
    throw heedError("ERR_DATA", { where: "surveyHeads", cause: "there are no examples" });
  const program = await openHeadProgram({ ...options, subject, batches });
  try {
    const { places } = program;
    if (places.length === 0) {
      const remedy = "choose a model with attention";
      throw heedError("ERR_MODEL", { where: "heads", cause: "the model has none", remedy });
    }
    const heads = headPlaces(places);
    const pairs = contrasts.flatMap((contrast) => {
      if (of.task !== "translate") return [];
      const sides = encodeContrast(contrast, (each) => subject.encode(each), of.tokenizers.target);
      return sides ? [{ feature: contrast.feature, sides }] : [];
    });
    const each = ablationRows(examples.length, heads.length);
    const total = each * (options.meanAblation ? 2 : 1) + ablationRows(2 * pairs.length, heads.length);
    let before = 0;
    const onDone = (rows: number): void => onProgress?.(before + rows, total);

    const read = await readHeads(program, batches, examples);
    const zero = await ablateHeads(program, heads, examples, { onDone });
    before += each;
    const instead = new Map(read.map(({ place, distances }) => [place.path, distances.means]));
    const mean = options.meanAblation
      ? await ablateHeads(program, heads, examples, { instead, onDone })
      : undefined;
    if (mean) before += each;
    const tests = await contrasted(program, heads, pairs, seed, onDone);
    return {
      examples: examples.length,
      tokens: zero.tokens,
      loss: zero.loss,
      features: tests.features,
      attentions: read.map(({ place, distances }) => ({ place, distances })),
      heads: heads.map(({ place, head, name }, i): SurveyedHead => {
        const { statistics, distances } = read.find((one) => one.place === place) as ReadHeads;
        const effect = mean?.effects[i];
        return {
          place,
          head,
          name,
          statistics: statistics[head] as HeadStatistics,
          ...likenessOf(distances, head),
          isSilent: distances.isSilent[head] as boolean,
          zero: zero.effects[i] as AblationEffect,
          ...(effect ? { mean: effect } : {}),
          features: tests.effects[i] ?? [],
        };
      }),
    };
  } finally {
    program.close();
  }
}

interface ReadHeads {
  readonly place: AttentionPlace;
  readonly statistics: readonly HeadStatistics[];
  readonly distances: HeadDistances;
}

async function readHeads(
  program: HeadProgram,
  batches: ReturnType<typeof headBatches>,
  examples: readonly EncodedExample[],
): Promise<ReadHeads[]> {
  const tallies = program.places.map((place) => ({
    place,
    looks: headTally(place, batches),
    distances: distanceTally(place, batches),
  }));
  await program.read(examples, (index, attentions) => {
    for (const [i, attention] of attentions.entries()) {
      const example = examples[index] as EncodedExample;
      tallies[i]?.looks.add(attention, example);
      tallies[i]?.distances.add(attention, example);
    }
  });
  return tallies.map(({ place, looks, distances }) => ({
    place,
    statistics: looks.finish(),
    distances: distances.finish(),
  }));
}

async function contrasted(
  program: HeadProgram,
  heads: ReturnType<typeof headPlaces>,
  pairs: readonly { readonly feature: string; readonly sides: readonly [EncodedSide, EncodedSide] }[],
  seed: number,
  onDone: (rows: number) => void,
): Promise<ReturnType<typeof testContrasts>> {
  if (pairs.length === 0) return { features: [], effects: [] };
  const margins = await contrastMargins(
    program,
    heads,
    pairs.map(({ sides }) => sides),
    onDone,
  );
  return testContrasts(
    pairs.map(({ feature }) => feature),
    margins,
    { seed },
  );
}

/** The nearest head of the same attention, and those that are the same. */
function likenessOf(
  { divergences, sameOutputs }: HeadDistances,
  head: number,
): Pick<SurveyedHead, "nearest" | "identical"> {
  const others = [...(divergences[head] as readonly number[]).entries()].filter(([other]) => other !== head);
  const [nearest] = [...others].sort(([, a], [, b]) => a - b);
  return {
    ...(nearest ? { nearest: { head: nearest[0], divergence: nearest[1] } } : {}),
    identical: others
      .filter(([, divergence]) => divergence < IDENTICAL)
      .map(([other]) => ({ head: other, in: sameOutputs[head]?.[other] ? "outputs" : "weights" })),
  };
}

import { holm } from "../../evaluation/holm.ts";
import { labelPermutationTest, signFlipTest } from "../../evaluation/permutation-test.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";
import { words } from "../../text/word-spans.ts";
import type { EncodedExample, Example } from "../looking/subject.ts";
import type { HeadPlace } from "./places.ts";
import type { Forward, HeadProgram } from "./program.ts";

/** One sentence of a contrast, with its translation. */
export interface ContrastSide {
  readonly source: string;
  readonly target: string;
  /** The word of the translation that shows the feature, counted from 0. */
  readonly word: number;
}

/** Two sentences that differ in one feature alone. */
export interface Contrast {
  /** tense, gender, … */
  readonly feature: string;
  readonly sides: readonly [ContrastSide, ContrastSide];
}

/** What one head does for one feature. */
export interface FeatureEffect {
  readonly feature: string;
  /** By how much ln p(right word) - ln p(the other side's word) falls without the head, in nats; a mean over pairs. */
  readonly drop: number;
  /** The same as a share of that margin with all heads; NaN for a feature that the model does not know. */
  readonly share: number;
  /** Share of sentences in which the right word is likelier than the other side's without the head. */
  readonly accuracy: number;
  /** The larger p of two one-sided permutation tests: see `testContrasts`. */
  readonly p: number;
  /** p corrected for all heads and features by Holm's method. */
  readonly corrected: number;
}

/** A feature as the model with all its heads has it. */
export interface ContrastedFeature {
  readonly feature: string;
  readonly pairs: number;
  /** ln p(right word) - ln p(the other side's word), in nats; a mean over pairs. */
  readonly margin: number;
  readonly accuracy: number;
  /** Whether the margin is above 0 beyond chance (`signFlipTest`, p < 0.05). What is not known cannot be lost. */
  readonly isKnown: boolean;
}

/** A side as ids: the translation up to the first piece in which the two sides' words differ. */
export interface EncodedSide {
  readonly example: EncodedExample;
  /** The other side's piece at that place. */
  readonly other: number;
}

/** Both sides as ids; undefined where their words are written with the same pieces. */
export function encodeContrast(
  { sides }: Contrast,
  encode: (example: Example) => EncodedExample,
  target: Tokenizer,
): readonly [EncodedSide, EncodedSide] | undefined {
  const encoded = sides.map((side) => encode(side)) as [EncodedExample, EncodedExample];
  const starts = encoded.map(
    (example, i) => words(target, example.target)[(sides[i] as ContrastSide).word]?.from,
  );
  const [first, second] = starts;
  if (first === undefined || second === undefined) return undefined;
  for (let k = 0; ; k++) {
    const ids = [encoded[0].target[first + k], encoded[1].target[second + k]] as const;
    if (ids[0] === undefined || ids[1] === undefined) return undefined;
    if (ids[0] === ids[1]) continue;
    const cut = ({ source, target: all }: EncodedExample, to: number): EncodedExample => ({
      source,
      target: all.subarray(0, to + 1),
    });
    return [
      { example: cut(encoded[0], first + k), other: ids[1] },
      { example: cut(encoded[1], second + k), other: ids[0] },
    ];
  }
}

/** A pair's margins: ln p(right) - ln p(other) in both of its sentences. */
export type Margins = readonly [number, number];

/**
 * Margins of encoded pairs with all heads, and without each.
 *
 * @returns [1 + heads][pairs], first that with all heads.
 */
export async function contrastMargins(
  program: HeadProgram,
  heads: readonly HeadPlace[],
  pairs: readonly (readonly [EncodedSide, EncodedSide])[],
  onDone?: (rows: number) => void,
): Promise<Margins[][]> {
  const variants = [undefined, ...heads];
  const rows = variants.flatMap((without) =>
    pairs.flat().map(
      ({ example, other }): Forward => ({
        example,
        without,
        against: new Int32Array(example.target.length).fill(other),
      }),
    ),
  );
  const results = await program.run(rows, onDone ? { onDone } : {});
  const margins = results.map(
    ({ expected, against }) => (expected.at(-1) as number) - (against.at(-1) as number),
  );
  return variants.map((_, v) =>
    pairs.map((__, k): Margins => {
      const at = 2 * (v * pairs.length + k);
      return [margins[at] as number, margins[at + 1] as number];
    }),
  );
}

export interface ContrastTests {
  readonly features: readonly ContrastedFeature[];
  /** [heads][features] */
  readonly effects: readonly (readonly FeatureEffect[])[];
}

/**
 * Which heads a feature needs, and more than the other features do. p is the larger of two:
 *
 * - is it needed: the drop's mean is above 0. Under the null hypothesis leaving the head out moves the odds of the two
 *   words as much in one sentence of a pair as in the other, so that the two may be swapped (`signFlipTest`).
 * - is it special: the drop, as a share of the feature's margin, is larger than on pairs of the other features. Under the
 *   null hypothesis the features of all pairs may be permuted (`labelPermutationTest`). Without other features p is 1.
 *
 * Features that the model does not know are left out of both, with a p of 1. Both must hold, so the larger p is one of
 * their conjunction; those of all heads and features are corrected by Holm.
 *
 * @param names    The feature of each pair.
 * @param margins  As `contrastMargins` gives them.
 */
export function testContrasts(
  names: readonly string[],
  [whole = [], ...without]: readonly (readonly Margins[])[],
  { seed = 1 }: { readonly seed?: number } = {},
): ContrastTests {
  const kinds = [...new Set(names)];
  const of = (feature: string): number[] => [...names.keys()].filter((k) => names[k] === feature);
  const both = (margins: readonly Margins[]): number[] => margins.map(([a, b]) => (a + b) / 2);
  const base = both(whole);
  const features = kinds.map((feature): ContrastedFeature => {
    const pairs = of(feature);
    const margins = pairs.map((k) => base[k] as number);
    return {
      feature,
      pairs: pairs.length,
      margin: meanOf(margins),
      accuracy: accuracyOf(whole, pairs),
      isKnown: signFlipTest(margins, { seed }) < 0.05,
    };
  });
  // So many that the smallest p survives the correction.
  const permutations = Math.max(9999, 50 * without.length * kinds.length - 1);
  const marginOf = new Map(
    features.map(({ feature, margin, isKnown }) => [feature, isKnown ? margin : Number.NaN]),
  );
  const effects = without.map((margins, head) => {
    const now = both(margins);
    const drops = now.map((margin, k) => (base[k] as number) - margin);
    const shares = drops.map((drop, k) => drop / (marginOf.get(names[k] as string) as number));
    return kinds.map((feature, i) => {
      const pairs = of(feature);
      const own = pairs.map((k) => drops[k] as number);
      const options = { permutations, seed: seed + head * kinds.length + i };
      const others = shares.filter((share, k) => names[k] !== feature && Number.isFinite(share));
      const inside = pairs.map((k) => shares[k] as number);
      const drop = meanOf(own);
      const isTested = features[i]?.isKnown && others.length > 0;
      return {
        feature,
        drop,
        share: drop / (marginOf.get(feature) as number),
        accuracy: accuracyOf(margins, pairs),
        p: isTested ? Math.max(signFlipTest(own, options), labelPermutationTest(inside, others, options)) : 1,
      };
    });
  });
  const corrected = holm(effects.flat().map(({ p }) => p));
  return {
    features,
    effects: effects.map((row, head) =>
      row.map((effect, i) => ({ ...effect, corrected: corrected[head * kinds.length + i] as number })),
    ),
  };
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function accuracyOf(margins: readonly Margins[], pairs: readonly number[]): number {
  const sides = pairs.flatMap((k) => [...(margins[k] as Margins)]);
  return sides.filter((margin) => margin > 0).length / sides.length;
}

/** A translator that translates batches of different requests, each sentence with options of its own. */
import { type AttendedHypothesis, withAttention } from "../../decoding/coverage.ts";
import { type DecodingPlan, planDecoding } from "../../decoding/decoding-plan.ts";
import type { Hypothesis as Found } from "../../decoding/hypothesis.ts";
import { joinedPlan } from "../../decoding/joined-plan.ts";
import { batchesByTokens } from "../../decoding/packing.ts";
import { openScorer, type Scorer } from "../../decoding/scorer.ts";
import { closeLater } from "../../decoding/sessions.ts";
import { openStepper, type Stepper } from "../../decoding/stepper.ts";
import { type ReadSource, readSource, translationOf } from "../../decoding/translated-text.ts";
import { type SearchOptions, searchOver } from "../../decoding/translation-search.ts";
import type { TranslatorOptions } from "../../decoding/translator-options.ts";
import type { TranslatorRun } from "../../runs/open-run.ts";
import type { Engine } from "../../runtime/engine.ts";
import { isBlank } from "../../text/blank.ts";
import type { TokenCounts, TranslateWork } from "../protocol.ts";
import { blankHypotheses, type Hypotheses } from "../translating.ts";

export interface ServedTranslatorOptions {
  readonly engine: Engine;
  readonly run: TranslatorRun;
  readonly threads: number;
  readonly quantize: "int8" | undefined;
  /** Largest beam that will be asked for. */
  readonly maxBeam: number;
}

/** How a batch is followed while it is decoded. */
export interface Following {
  readonly isWanted: (index: number) => boolean;
  readonly onText: (index: number, text: string) => void;
}

export interface ServedTranslator {
  readonly translate: (
    work: TranslateWork,
    following: Following,
  ) => Promise<{ readonly results: Hypotheses[]; readonly tokens: TokenCounts }>;
  readonly close: () => void;
}

/** Most source tokens decoded together, padding included. */
const BATCH_TOKENS = 2048;

/** A sentence of a batch: its place, its source and what is planned for it. */
interface Planned {
  readonly index: number;
  readonly source: ReadSource;
  readonly options: TranslatorOptions;
  readonly plan: DecodingPlan;
}

/** Opens nothing yet: the sessions of a search are opened when a batch first needs them. */
export function servedTranslator(options: ServedTranslatorOptions): ServedTranslator {
  const { engine, run, threads, quantize } = options;
  const { model, weights, tokenizers, config } = run;
  const { maxLength } = config.model;
  const common = { engine, model, weights, ...tokenizers, maxLength };
  const steppers = openedSteppers(options);
  let scorer: Promise<Scorer> | undefined;
  const attending = (): Promise<Scorer> => {
    const start = tokenizers.target.special.bos;
    const padding = tokenizers.source.special.pad;
    scorer ??= openScorer({ ...common, padding, start, quantize, attention: true, session: { threads } });
    return scorer;
  };

  /** Adds attention where it is asked for, or where unknown words are replaced. */
  const attend = async (
    sentences: readonly Planned[],
    found: readonly (readonly Found[])[],
    alignment: boolean,
  ): Promise<AttendedHypothesis[][]> => {
    const isNeeded = alignment || sentences.some(({ options }) => options.replaceUnknowns);
    if (!isNeeded) return found.map((list) => list.map((hypothesis) => ({ hypothesis })));
    const pairs = found.flatMap((list, i) =>
      list.map(({ ids }) => ({ source: sentences[i]?.source.ids ?? [], target: ids })),
    );
    return withAttention(found, await (await attending()).score(pairs));
  };

  return {
    translate: async ({ sentences, nBest, alignment, ...work }, { isWanted, onText }) => {
      const beam = work.beam ?? config.decoding.beam;
      const decoding = { ...common, beam, alpha: config.decoding.alpha, best: nBest, attention: alignment };
      const plain = planDecoding(decoding);
      const planned = sentences.flatMap(({ text, options }, index): Planned[] => {
        if (isBlank(text)) return [];
        const own = { ...decoding, ...options };
        const source = readSource(text, own);
        return [{ index, source, options: own, plan: options ? planDecoding(own) : plain }];
      });
      const results = sentences.map(({ text }) => blankHypotheses(text, nBest));
      let tokens: TokenCounts = { read: 0, written: 0 };
      const length = (i: number): number => planned[i]?.source.ids.length ?? 0;
      const most = { sentences: sentences.length, tokens: BATCH_TOKENS };
      for (const chosen of batchesByTokens(planned.length, length, most)) {
        const batch = chosen.map((i) => planned[i] as Planned);
        const told = batch.map(({ index }) => sentences[index]?.isTold ?? false);
        const searching: SearchOptions = {
          ...decoding,
          isWanted: (i) => isWanted(batch[i]?.index ?? -1),
          ...(told.includes(true) && {
            onStep: ({ sentence, best }) => {
              const { index = 0 } = batch[sentence] ?? {};
              if (told[sentence]) onText(index, tokenizers.target.decode(best.ids));
            },
          }),
        };
        const { stepper, over } = searchOver(searching, joinedPlan(batch.map(({ plan }) => plan)));
        const search = over(await steppers.opened(stepper));
        const found = await search(batch.map(({ source }) => source.ids));
        const attended = await attend(batch, found, alignment);
        for (const [n, { index, source, options }] of batch.entries()) {
          const hypotheses = attended[n] ?? [];
          const translation = translationOf(source, hypotheses, options);
          results[index] = withProbabilities(translation, hypotheses);
          const written = hypotheses.reduce((sum, { hypothesis }) => sum + hypothesis.ids.length, 0);
          tokens = { read: tokens.read + source.ids.length, written: tokens.written + written };
        }
      }
      return { results, tokens };
    },
    close: () => {
      steppers.close();
      closeLater(scorer);
    },
  };
}

const withProbabilities = (
  translation: ReturnType<typeof translationOf>,
  found: readonly AttendedHypothesis[],
): Hypotheses => ({
  ...translation,
  hypotheses: translation.hypotheses.map((each, i) => ({
    ...each,
    logProbabilities: found[i]?.hypothesis.logProbabilities ?? [],
  })),
});

type Wanted = ReturnType<typeof searchOver>["stepper"];

/**
 * Steppers by what they compute. Each holds the weights once more, so there are few: one for greedy search, one for the
 * run's own beam, one for all larger beams and one with all scores.
 */
function openedSteppers({ engine, run, threads, quantize, maxBeam }: ServedTranslatorOptions): {
  readonly opened: (wanted: Wanted) => Promise<Stepper>;
  readonly close: () => void;
} {
  const { model, weights, tokenizers, config } = run;
  const steppers = new Map<string, Promise<Stepper>>();
  const shared = { engine, model, constants: weights, quantize, padding: tokenizers.source.special.pad };
  const tiers = [config.decoding.beam, maxBeam].map((beam) => 2 * beam);
  /** More candidates do no harm. */
  const enough = (wanted: Wanted["candidates"]): Wanted["candidates"] =>
    wanted === "all" ? wanted : (tiers.find((tier) => tier >= wanted) ?? wanted);
  return {
    opened: (wanted) => {
      const isGreedy = wanted.isOrdered === false;
      const kind = isGreedy ? wanted : { ...wanted, candidates: enough(wanted.candidates) };
      const key = JSON.stringify(kind);
      const known = steppers.get(key);
      if (known) return known;
      const opening = openStepper({ ...shared, session: { threads }, ...kind });
      steppers.set(key, opening);
      opening.catch(() => steppers.delete(key));
      return opening;
    },
    close: () => {
      for (const stepper of steppers.values()) closeLater(stepper);
    },
  };
}

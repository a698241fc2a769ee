import type { TranslateConfig } from "../../config/schema.ts";
import { makeBatch, type PairExample } from "../../data/batches.ts";
import { chunks } from "../../data/chunks.ts";
import { openGreedy } from "../../decoding/greedy.ts";
import { alone, type Communicator } from "../../distributed/communicator.ts";
import { gatherJson } from "../../distributed/together.ts";
import { corpusBleu } from "../../evaluation/bleu.ts";
import { translationObjective } from "../../models/objective.ts";
import type { Seq2Seq } from "../../models/seq2seq.ts";
import { build, type Layer } from "../../nn/layer.ts";
import { translationsSection } from "../../pictures/sections/translations.ts";
import { compile } from "../../runtime/compile.ts";
import type { Engine } from "../../runtime/engine.ts";
import type { Tokenizers } from "../../text/tokenizer.ts";
import type { TrainingStep } from "../../training/step.ts";
import type { Validation } from "../../training/trainer.ts";
import { meanLoss } from "../mean-loss.ts";
import { encodePair, pairFeeds, type SentencePair } from "./pairs.ts";

/** The model whose translations are scored, and how. */
interface ValidationOptions {
  readonly engine: Engine;
  readonly config: Pick<TranslateConfig, "model" | "training">;
  readonly tokenizers: Tokenizers;
  readonly model: Layer<Seq2Seq>;
  readonly step: TrainingStep;
  readonly communicator?: Communicator | undefined;
}

const VALIDATION_BATCH = 64;
/** Translations shown in a report. */
const SAMPLES = 20;

export async function openValidation({
  engine,
  config,
  tokenizers,
  model,
  step,
  communicator = alone,
}: ValidationOptions): Promise<{
  run: (pairs: readonly SentencePair[], signal?: AbortSignal) => Promise<Validation | undefined>;
  close: () => void;
}> {
  const { negativeLogLikelihood, tokens } = translationObjective(build(model).call, 0);
  const loss = await compile({ engine, state: step.state, outputs: { negativeLogLikelihood, tokens } });
  const { validBleu } = config.training;
  const maxLength = (sourceLength: number): number => Math.min(2 * sourceLength + 10, config.model.maxLength);
  const { bos: start, eos: end } = tokenizers.target.special;
  const greedy = validBleu
    ? await openGreedy({
        engine,
        model,
        padding: tokenizers.source.special.pad,
        end,
        state: step.state,
      })
    : undefined;

  const run = async (
    pairs: readonly SentencePair[],
    signal?: AbortSignal,
  ): Promise<Validation | undefined> => {
    const examples = pairs.map((pair) => encodePair(pair, tokenizers));
    const byLength = examples.map((_, i) => i).sort((a, b) => length(examples[a]) - length(examples[b]));
    const batches = chunks(byLength, VALIDATION_BATCH).map((chunk) =>
      pairFeeds(makeBatch(examples, chunk, tokenizers.target.special)),
    );
    const mean = await meanLoss(loss, batches, signal, communicator);
    if (mean === undefined) return undefined;
    if (!greedy) return { loss: mean, scores: {}, score: -mean };
    const scored = byLength.filter((i) => i < validBleu);
    const parts = chunks(scored, VALIDATION_BATCH);
    const own: (readonly [part: number, texts: readonly string[]])[] = [];
    for (const [part, chunk] of parts.entries()) {
      if (part % communicator.size !== communicator.rank) continue;
      if (signal?.aborted) return undefined;
      const sources = chunk.map((i) => examples[i]?.source ?? []);
      const results = await greedy.search(sources, { maxLength, start });
      const texts = chunk.map((_, n) => tokenizers.target.decode(results[n]?.[0]?.ids ?? []));
      own.push([part, texts]);
    }
    const translated = new Map((await gatherJson(communicator, own)).flat());
    const hypotheses = parts.flatMap((_, part) => translated.get(part) ?? []);
    const references = scored.map((i) => tokenizers.target.normalize(pairs[i]?.target ?? ""));
    const bleu = corpusBleu(hypotheses, [references]).score;
    const places = scored.map((i, n) => ({ i, n })).sort((a, b) => a.i - b.i);
    const translations = places.slice(0, SAMPLES).map(({ i, n }) => ({
      source: pairs[i]?.source ?? "",
      hypothesis: hypotheses[n] ?? "",
      reference: references[n] ?? "",
    }));
    const note = `The first ${translations.length} scored validation sentences, translated greedily.`;
    return {
      loss: mean,
      scores: { bleu },
      score: bleu,
      sections: () => [translationsSection(translations, note)],
    };
  };
  return {
    run,
    close: () => {
      loss.close();
      greedy?.close();
    },
  };
}

const length = (example: PairExample | undefined): number => example?.source.length ?? 0;

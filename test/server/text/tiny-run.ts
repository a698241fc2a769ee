/** Tiny translators, trained in a second on pairs of their own. */
import { translationModel } from "../../../src/config/translation-model.ts";
import { makeBatch } from "../../../src/data/batches.ts";
import type { TranslatorRun } from "../../../src/runs/open-run.ts";
import { readEntries } from "../../../src/runtime/state.ts";
import { encodePair, pairFeeds, type SentencePair } from "../../../src/tasks/translate/pairs.ts";
import { openTinyStep, sharedEngine, tinyConfig, tokenizers } from "../../training/tiny.ts";
import { localTranslating } from "./local-translating.ts";

/** A translator that has learnt `pairs`, whose words must be those of the tiny language. */
export async function tinyTranslating(
  pairs: readonly SentencePair[],
  steps = 100,
): Promise<ReturnType<typeof localTranslating>> {
  const examples = pairs.map((pair) => encodePair(pair, tokenizers));
  const batch = pairFeeds(makeBatch(examples, [...examples.keys()], tokenizers.source.special));
  const step = await openTinyStep();
  for (let number = 1; number <= steps; number++) await step.run(number, 0.01, [batch]);
  const weights = await readEntries(step.state, step.weights);
  step.close();
  const config = tinyConfig("none.tsv");
  const model = translationModel(config.model, tokenizers);
  const run = { task: "translate", config, model, tokenizers, weights } as TranslatorRun;
  return localTranslating(await sharedEngine(), run);
}

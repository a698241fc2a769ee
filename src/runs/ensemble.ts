import { ensembleWeights } from "../decoding/ensemble.ts";
import type { TranslatorOptions } from "../decoding/translator-options.ts";
import { heedError } from "../errors.ts";
import type { TranslatorRun } from "./open-run.ts";

type Ensemble = Pick<TranslatorOptions, "model" | "weights" | "source" | "target" | "maxLength">;

/**
 * Several runs as one translator: what `openTranslator` takes of them. It translates what the shortest of them can.
 *
 * @param where  The directory of each run, which an error names.
 * @throws ERR_INPUT when a run's vocabularies differ from those of the first.
 */
export function ensembleOf(
  runs: readonly [TranslatorRun, ...TranslatorRun[]],
  where: readonly string[],
): Ensemble {
  const [{ tokenizers }] = runs;
  const expected = vocabulariesOf(runs[0]);
  const other = runs.findIndex((run) => vocabulariesOf(run) !== expected);
  if (other >= 0) {
    const cause = "its vocabulary differs from that of the other runs";
    const remedy = "choose runs with the same tokenizers";
    throw heedError("ERR_INPUT", { where: where[other] ?? "", cause, remedy });
  }
  return {
    model: runs.map(({ model }) => model),
    weights: ensembleWeights(runs.map(({ weights }) => weights)),
    ...tokenizers,
    maxLength: Math.min(...runs.map(({ config }) => config.model.maxLength)),
  };
}

const vocabulariesOf = ({ tokenizers: { source, target } }: TranslatorRun): string =>
  JSON.stringify([source.toJSON(), target.toJSON()]);

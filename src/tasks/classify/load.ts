import type { ClassifyConfig } from "../../config/schema.ts";
import type { PairExample } from "../../data/batches.ts";
import type { CorpusReader, LabelledText } from "../../data/corpus-reader.ts";
import { heedError } from "../../errors.ts";
import { inTurns, type Work } from "../../work.ts";
import { corpusSize } from "../corpus-size.ts";
import { learnTokenizer } from "../learn-tokenizers.ts";
import type { TaskData, Watch } from "../task.ts";
import { readTokenizer, tokenizerFiles } from "../tokenizers.ts";
import { LABELS, labelNumber } from "./labels.ts";
import { encodeLabelled, textsOf } from "./texts.ts";
import { openClassificationTask } from "./training.ts";

/** Loads labelled texts, for a classifier. */
export async function loadLabelled(
  requested: ClassifyConfig,
  reader: CorpusReader,
  watch?: Watch,
): Promise<TaskData<"classify">> {
  const { train: trainSpec, valid: validSpec } = requested.data;
  const onBytes = (done: number, total: number): void => watch?.("reading", done, total);
  const train = await textsOf(trainSpec.labelled, reader, onBytes);
  const valid = await textsOf(validSpec.labelled, reader, onBytes);
  const labels = [...new Set(train.map(({ label }) => label))].sort();
  if (labels.length < 2) {
    const cause = `every text has the label "${labels[0]}"`;
    const remedy = "a classifier needs at least two labels";
    throw heedError("ERR_DATA", { where: trainSpec.labelled, cause, remedy });
  }
  // Unknown labels are reported before vocabularies are learnt.
  const numbered = (texts: readonly LabelledText[], where: string): { text: string; label: number }[] =>
    texts.map(({ label, text }, i) => ({ text, label: labelNumber(label, labels, `${where}:${i + 1}`) }));
  const known = {
    train: numbered(train, trainSpec.labelled),
    valid: numbered(valid, validSpec.labelled),
  };
  return {
    hash: await reader.hash([trainSpec.labelled]),
    validHash: `${await reader.hash([validSpec.labelled])} cut after ${requested.data.maxTokens}`,
    size: corpusSize("texts", train, ({ text }) => [text]),
    prepare: async (config, say, files, signal, watch) => {
      const { maxTokens } = config.data;
      const tokenizer = files
        ? readTokenizer(files)
        : await learnTokenizer(
            train.map(({ text }) => text),
            config.tokenizer,
            say,
            signal,
            (done, total) => watch?.("vocabulary", done, total),
          );
      let cut = 0;
      const onCut = (): void => {
        cut += 1;
      };
      function* encoding(texts: typeof known.train): Work<PairExample[]> {
        const examples: PairExample[] = [];
        for (const { text, label } of texts) {
          yield;
          examples.push(encodeLabelled(text, label, tokenizer, maxTokens, onCut));
        }
        return examples;
      }
      const encoded = {
        train: await inTurns(encoding(known.train), signal),
        valid: await inTurns(encoding(known.valid), signal),
      };
      const note = cut > 0 ? `; ${cut} texts are cut off after ${maxTokens} tokens` : "";
      say(`${train.length} training texts with ${labels.length} labels${note}`);
      return {
        tokens: encoded.train.reduce((sum, { source }) => sum + source.length, 0),
        files: { ...tokenizerFiles({ source: tokenizer, target: tokenizer }), [LABELS]: labels },
        open: (engine, weights, communicator) =>
          openClassificationTask({
            engine,
            config,
            tokenizer,
            labels,
            ...encoded,
            texts: known.train.map(({ text }) => text),
            validTexts: known.valid.map(({ text }) => text),
            ...(weights ? { weights } : {}),
            communicator,
          }),
      };
    },
  };
}

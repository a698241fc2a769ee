import type { LabelledText } from "../../data/corpus-reader.ts";
import type { ClassificationScores } from "../../evaluation/classification.ts";
import type { Engine } from "../../runtime/engine.ts";
import type { HostTensor } from "../../runtime/state.ts";
import { openJudge } from "./judge.ts";
import { labelNumber } from "./labels.ts";
import { scoreLabelled } from "./score-labelled.ts";
import type { DescribedClassifier } from "./task.ts";
import { encodeLabelled } from "./texts.ts";

/**
 * Labels a test set and scores the result.
 *
 * @param where  Names the test set in errors.
 * @throws ERR_DATA for a label that does not occur in the training data.
 */
export async function scoreTexts(
  {
    config,
    labels,
    model,
    tokenizer,
    weights,
  }: DescribedClassifier & { readonly weights: ReadonlyMap<string, HostTensor> },
  engine: Engine,
  texts: readonly LabelledText[],
  where: string,
): Promise<ClassificationScores> {
  const { maxTokens } = config.data;
  const examples = texts.map(({ label, text }, i) =>
    encodeLabelled(text, labelNumber(label, labels, `${where}:${i + 1}`), tokenizer, maxTokens),
  );
  const judge = await openJudge({ engine, model, padding: tokenizer.special.pad, constants: weights });
  try {
    return await scoreLabelled(judge, examples, labels.length);
  } finally {
    judge.close();
  }
}

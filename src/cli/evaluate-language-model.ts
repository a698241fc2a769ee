import { readLines } from "../data/files.node.ts";
import { heedError } from "../errors.ts";
import { languageModelObjective } from "../models/objective.ts";
import { build } from "../nn/layer.ts";
import type { LanguageRun } from "../runs/open-run.ts";
import { compile } from "../runtime/compile.ts";
import type { Engine } from "../runtime/engine.ts";
import { coverText, encodeLongEnough } from "../tasks/generate/text.ts";
import { meanLoss } from "../tasks/mean-loss.ts";
import type { Io } from "./io.ts";

/** How well a text is predicted, in windows as long as those the model was trained with. */
export async function evaluateLanguageModel(
  { config, model, tokenizer, weights }: LanguageRun,
  engine: Engine,
  { text, json }: { readonly text?: string | undefined; readonly json?: boolean | undefined },
  io: Io,
): Promise<number> {
  if (!text) {
    const remedy = "give --text, a plain text";
    throw heedError("ERR_USAGE", {
      where: "heed evaluate",
      cause: "no test set for a language model",
      remedy,
    });
  }
  const lines: string[] = [];
  for await (const line of readLines(text)) lines.push(line);
  const ids = await encodeLongEnough(lines, tokenizer, text);
  const { negativeLogLikelihood, tokens } = languageModelObjective(build(model).call, 0);
  const program = await compile({ engine, constants: weights, outputs: { negativeLogLikelihood, tokens } });
  const loss = (await meanLoss(program, coverText(ids, config.data.context))) as number;
  program.close();
  const predicted = ids.length - 1;
  const characters = lines.reduce((sum, line) => sum + [...line].length + 1, 0);
  const perCharacter = (loss * predicted) / characters;
  const perplexity = Math.exp(loss);
  if (json) {
    const found = { tokens: predicted, loss, perplexity, characters, lossPerCharacter: perCharacter };
    await io.writeLine(JSON.stringify(found));
  } else {
    await io.writeLine(
      `perplexity ${perplexity.toPrecision(4)} over ${predicted} tokens (${loss.toFixed(4)} nats each)`,
    );
    await io.writeLine(
      `${perCharacter.toFixed(4)} nats per character over ${characters}, line ends included`,
    );
  }
  return 0;
}

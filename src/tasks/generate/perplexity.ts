import { languageModelObjective } from "../../models/objective.ts";
import { build } from "../../nn/layer.ts";
import { compile } from "../../runtime/compile.ts";
import type { Engine } from "../../runtime/engine.ts";
import type { HostTensor } from "../../runtime/state.ts";
import { meanLoss } from "../mean-loss.ts";
import type { DescribedLanguageModel } from "./task.ts";
import { coverText, encodeLongEnough } from "./text.ts";

/** How well a text is predicted. */
export interface TextPerplexity {
  /** Tokens that were predicted: all but the first. */
  readonly tokens: number;
  /** Nats per token. */
  readonly loss: number;
  readonly perplexity: number;
  /** Line ends included. */
  readonly characters: number;
  /** Unlike the loss, comparable between models with different tokenizers. */
  readonly lossPerCharacter: number;
}

/**
 * The perplexity of a language model on a text, in windows as long as those it was trained with:
 *
 *   perplexity = exp(-1/N Σ log p(x_i | x_<i))
 *
 * @param where  Names the text in errors.
 * @throws ERR_DATA for a text too short to predict anything in.
 */
export async function textPerplexity(
  {
    config,
    model,
    tokenizer,
    weights,
  }: DescribedLanguageModel & { readonly weights: ReadonlyMap<string, HostTensor> },
  engine: Engine,
  lines: readonly string[],
  where: string,
): Promise<TextPerplexity> {
  const ids = await encodeLongEnough(lines, tokenizer, where);
  const { negativeLogLikelihood, tokens } = languageModelObjective(build(model).call, 0);
  const program = await compile({ engine, constants: weights, outputs: { negativeLogLikelihood, tokens } });
  const loss = (await meanLoss(program, coverText(ids, config.data.context))) as number;
  program.close();
  const predicted = ids.length - 1;
  const characters = lines.reduce((sum, line) => sum + [...line].length + 1, 0);
  return {
    tokens: predicted,
    loss,
    perplexity: Math.exp(loss),
    characters,
    lossPerCharacter: (loss * predicted) / characters,
  };
}

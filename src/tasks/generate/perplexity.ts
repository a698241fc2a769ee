import { languageModelObjective } from "../../models/objective.ts";
import { build } from "../../nn/layer.ts";
import { compile } from "../../runtime/compile.ts";
import type { Engine } from "../../runtime/engine.ts";
import type { HostTensor } from "../../runtime/state.ts";
import { type LossShare, type LossSums, sumLoss } from "../mean-loss.ts";
import type { DescribedLanguageModel } from "./task.ts";
import { coverText, encodeLongEnough } from "./text.ts";

type ScoringModel = DescribedLanguageModel & { readonly weights: ReadonlyMap<string, HostTensor> };

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

/** What the perplexity of a text is computed from. */
export interface TextLoss {
  readonly sums: LossSums;
  /** Line ends included. */
  readonly characters: number;
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
  run: ScoringModel,
  engine: Engine,
  lines: readonly string[],
  where: string,
): Promise<TextPerplexity> {
  return perplexityOf(await textLoss(run, engine, lines, where));
}

/** The sums of a text's loss over a share of its windows. Default: all. @throws as `textPerplexity` */
export async function textLoss(
  { config, model, tokenizer, weights }: ScoringModel,
  engine: Engine,
  lines: readonly string[],
  where: string,
  share?: LossShare,
): Promise<TextLoss> {
  const ids = await encodeLongEnough(lines, tokenizer, where);
  const { negativeLogLikelihood, tokens } = languageModelObjective(build(model).call, 0);
  const program = await compile({ engine, constants: weights, outputs: { negativeLogLikelihood, tokens } });
  const sums = (await sumLoss(program, coverText(ids, config.data.context), share)) as LossSums;
  program.close();
  return { sums, characters: lines.reduce((sum, line) => sum + [...line].length + 1, 0) };
}

export function perplexityOf({
  sums: { negativeLogLikelihood, tokens },
  characters,
}: TextLoss): TextPerplexity {
  const loss = negativeLogLikelihood / tokens;
  return {
    tokens,
    loss,
    perplexity: Math.exp(loss),
    characters,
    lossPerCharacter: (loss * tokens) / characters,
  };
}

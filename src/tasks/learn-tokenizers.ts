import type { GenerateConfig, TranslateConfig } from "../config/schema.ts";
import type { Tokenizer, Tokenizers } from "../text/tokenizer.ts";
import { type TokenizerConfig, tokenizerTraining } from "../text/train.ts";
import { inTurns } from "../work.ts";
import type { SentencePair } from "./translate/pairs.ts";

type Say = (message: string) => void;

/**
 * The vocabularies a configuration asks for, learnt from the training pairs.
 *
 * @param known  Those that are there already, and are not learnt.
 */
export async function trainTokenizers(
  { tokenizer }: TranslateConfig,
  train: readonly SentencePair[],
  say: Say,
  signal?: AbortSignal,
  known: Partial<Tokenizers> = {},
): Promise<Tokenizers> {
  if (known.source && known.target) return { source: known.source, target: known.target };
  function* side(...sides: readonly ("source" | "target")[]): Generator<string> {
    for (const pair of train) for (const name of sides) yield pair[name];
  }
  const { target } = tokenizer;
  const isShared = tokenizer.shared && !target;
  const kinds = target ? `${tokenizer.kind} + ${target.kind}` : tokenizer.kind;
  const learn = (lines: Iterable<string>, config: TokenizerConfig): Promise<Tokenizer> =>
    trained(lines, config, say, signal);
  const tokenizers = await timed(say, kinds, async () => {
    const source =
      known.source ?? (await learn(isShared ? side("source", "target") : side("source"), tokenizer));
    if (isShared) return { source, target: source };
    return { source, target: known.target ?? (await learn(side("target"), target ?? tokenizer)) };
  });
  if (!known.source) warnIfExhausted("tokenizer.vocab", tokenizer, tokenizers.source, say);
  if (!isShared && !known.target)
    warnIfExhausted(
      target ? "tokenizer.target.vocab" : "tokenizer.vocab",
      target ?? tokenizer,
      tokenizers.target,
      say,
    );
  return tokenizers;
}

/** A vocabulary for one language. */
export async function learnTokenizer(
  lines: Iterable<string>,
  config: GenerateConfig["tokenizer"],
  say: Say,
  signal?: AbortSignal,
): Promise<Tokenizer> {
  const { source } = await timed(say, config.kind, async () => {
    const source = await trained(lines, config, say, signal);
    return { source, target: source };
  });
  warnIfExhausted("tokenizer.vocab", config, source, say);
  return source;
}

/** Warns when merges ran out: with every word whole, subwords no longer help with unknown words. */
function warnIfExhausted(
  key: string,
  { kind, vocab }: GenerateConfig["tokenizer"],
  { size }: Tokenizer,
  say: Say,
): void {
  if (kind !== "bpe" || size >= vocab) return;
  say(
    `warning: ${key} asks for ${vocab} entries, but the training data yields only ${size}, with every word whole: ` +
      `set ${key} to about ${Math.max(300, Math.round(size / 400) * 100)}`,
  );
}

const trained = (
  lines: Iterable<string>,
  config: TokenizerConfig,
  say: Say,
  signal?: AbortSignal,
): Promise<Tokenizer> => {
  const onLongWords = (words: number, characters: number): void =>
    say(
      `${words} ${words === 1 ? "word is" : "words are"} longer than ${characters} characters; the rest of them is not used to learn the vocabulary`,
    );
  return inTurns(tokenizerTraining(lines, config, { onLongWords }), signal);
};

async function timed(say: Say, kind: string, learn: () => Promise<Tokenizers>): Promise<Tokenizers> {
  const start = performance.now();
  const { source, target } = await learn();
  const sizes = source === target ? `${source.size}` : `${source.size} + ${target.size}`;
  say(`vocabulary of ${sizes} ${kind} entries in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return { source, target };
}

import type { GenerateConfig, TranslateConfig } from "../config/schema.ts";
import type { Tokenizer, Tokenizers } from "../text/tokenizer.ts";
import { trainTokenizer } from "../text/train.ts";
import type { SentencePair } from "./translate/pairs.ts";

/** The vocabularies a configuration asks for, learnt from the training pairs. */
export function trainTokenizers(
  { tokenizer }: TranslateConfig,
  train: readonly SentencePair[],
  say: (message: string) => void,
): Tokenizers {
  function* side(...sides: readonly ("source" | "target")[]): Generator<string> {
    for (const pair of train) for (const name of sides) yield pair[name];
  }
  const { target } = tokenizer;
  const isShared = tokenizer.shared && !target;
  const kinds = target ? `${tokenizer.kind} + ${target.kind}` : tokenizer.kind;
  const learnt = timed(say, kinds, () => {
    const source = trainTokenizer(isShared ? side("source", "target") : side("source"), tokenizer);
    return { source, target: isShared ? source : trainTokenizer(side("target"), target ?? tokenizer) };
  });
  warnIfExhausted("tokenizer.vocab", tokenizer, learnt.source, say);
  if (!isShared)
    warnIfExhausted(
      target ? "tokenizer.target.vocab" : "tokenizer.vocab",
      target ?? tokenizer,
      learnt.target,
      say,
    );
  return learnt;
}

/** A vocabulary for one language. */
export function learnTokenizer(
  lines: Iterable<string>,
  config: GenerateConfig["tokenizer"],
  say: (message: string) => void,
): Tokenizer {
  const { source } = timed(say, config.kind, () => {
    const source = trainTokenizer(lines, config);
    return { source, target: source };
  });
  warnIfExhausted("tokenizer.vocab", config, source, say);
  return source;
}

/** Subwords that ran out have become whole words: nothing is left of what they are good for. */
function warnIfExhausted(
  key: string,
  { kind, vocab }: GenerateConfig["tokenizer"],
  { size }: Tokenizer,
  say: (message: string) => void,
): void {
  if (kind !== "bpe" || size >= vocab) return;
  say(
    `warning: ${key} asks for ${vocab} entries and the training data carries ${size}, every word whole: ` +
      `set ${key} to ${Math.max(300, Math.round(size / 400) * 100)} or so`,
  );
}

function timed(say: (message: string) => void, kind: string, learn: () => Tokenizers): Tokenizers {
  const start = performance.now();
  const { source, target } = learn();
  const sizes = source === target ? `${source.size}` : `${source.size} + ${target.size}`;
  say(`vocabulary of ${sizes} ${kind} entries in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return { source, target };
}

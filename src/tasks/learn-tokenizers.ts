import type { GenerateConfig, TranslateConfig } from "../config/schema.ts";
import type { Tokenizer, Tokenizers } from "../text/tokenizer.ts";
import {
  type TokenizerConfig,
  type TrainingEvents,
  tokenizerTraining,
  trainingFromWords,
  type WordCounter,
  wordCounter,
} from "../text/train.ts";
import { inTurns } from "../work.ts";
import type { SentencePair } from "./translate/pairs.ts";

type Say = (message: string) => void;

/**
 * The vocabularies a configuration asks for, learnt from the training pairs.
 *
 * @param known  Those that are there already, and are not learnt.
 */
export async function trainTokenizers(
  config: TranslateConfig,
  train: readonly SentencePair[],
  say: Say,
  signal?: AbortSignal,
  known: Partial<Tokenizers> = {},
  onProgress?: OnProgress,
): Promise<Tokenizers> {
  function* linesOf(sides: readonly Side[]): Generator<string> {
    for (const pair of train) for (const name of sides) yield pair[name];
  }
  return learnSides(config, known, say, (sides, tokenizer) =>
    inTurns(tokenizerTraining(linesOf(sides), tokenizer, events(say, onProgress)), signal),
  );
}

/**
 * `trainTokenizers` from pairs that are not held in memory: counts their words in one pass, in a bounded table.
 *
 * @param every  Learns from every so manyth pair.
 */
export async function trainTokenizersFrom(
  config: TranslateConfig,
  pairs: AsyncIterable<SentencePair>,
  {
    every,
    say,
    signal,
    known,
    onProgress,
  }: {
    readonly every: number;
    readonly say: Say;
    readonly signal: AbortSignal | undefined;
    readonly known: Partial<Tokenizers>;
    readonly onProgress?: OnProgress | undefined;
  },
): Promise<Tokenizers> {
  const counters = new Map<Side, WordCounter>();
  const count = async (): Promise<void> => {
    const { tokenizer } = config;
    const source = wordCounter(tokenizer);
    counters.set("source", source);
    counters.set("target", sharesOne(config) ? source : wordCounter(tokenizer.target ?? tokenizer));
    const counted = [...counters].filter(([side]) => !known[side]);
    let index = 0;
    for await (const pair of pairs) {
      if (index++ % every === 0) for (const [side, counter] of counted) counter.add(pair[side]);
    }
  };
  return learnSides(config, known, say, async ([side], tokenizer) => {
    if (counters.size === 0) await count();
    const counter = counters.get(side as Side) as WordCounter;
    return inTurns(trainingFromWords(counter, tokenizer, events(say, onProgress)), signal);
  });
}

type Side = keyof Tokenizers;
type OnProgress = (done: number, total: number) => void;

const sharesOne = ({ tokenizer }: TranslateConfig): boolean => tokenizer.shared && !tokenizer.target;

/** @param learn  Learns one vocabulary from the texts of some sides. */
async function learnSides(
  config: TranslateConfig,
  known: Partial<Tokenizers>,
  say: Say,
  learn: (sides: readonly Side[], config: TokenizerConfig) => Promise<Tokenizer>,
): Promise<Tokenizers> {
  if (known.source && known.target) return { source: known.source, target: known.target };
  const { tokenizer } = config;
  const { target } = tokenizer;
  const isShared = sharesOne(config);
  const kinds = target ? `${tokenizer.kind} + ${target.kind}` : tokenizer.kind;
  const tokenizers = await timed(say, kinds, async () => {
    const source = known.source ?? (await learn(isShared ? ["source", "target"] : ["source"], tokenizer));
    if (isShared) return { source, target: source };
    return { source, target: known.target ?? (await learn(["target"], target ?? tokenizer)) };
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
  onProgress?: OnProgress,
): Promise<Tokenizer> {
  const { source } = await timed(say, config.kind, async () => {
    const source = await inTurns(tokenizerTraining(lines, config, events(say, onProgress)), signal);
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

const events = (say: Say, onProgress?: OnProgress): TrainingEvents => ({
  onProgress,
  onLongWords: (words, characters) =>
    say(
      `${words} ${words === 1 ? "word is" : "words are"} longer than ${characters} characters; the rest of them is not used to learn the vocabulary`,
    ),
});

async function timed(say: Say, kind: string, learn: () => Promise<Tokenizers>): Promise<Tokenizers> {
  const start = performance.now();
  const { source, target } = await learn();
  const sizes = source === target ? `${source.size}` : `${source.size} + ${target.size}`;
  say(`vocabulary of ${sizes} ${kind} entries in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return { source, target };
}

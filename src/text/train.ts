/** Learns a vocabulary from text. */

import { heedError } from "../errors.ts";
import { atOnce, type Work } from "../work.ts";
import { learnMerges } from "./bpe-train.ts";
import { specialTokens, type TokenizerLayout } from "./layout.ts";
import { detached, metaspace, normalize, spacedWords, wordUnits } from "./normalize.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { bytePiece, tokenizerOf } from "./vocabulary.ts";

export interface TokenizerConfig {
  /** Units: whole words and punctuation marks, characters, or byte-pair pieces of words. */
  readonly kind: Tokenizer["kind"];
  /**
   * Most ids of the vocabulary, including the 4 special tokens and, for "char" and "bpe", the 256 bytes. A small corpus
   * gives fewer.
   */
  readonly vocab: number;
  /** Map all text to lower case. Default false. */
  readonly lowercase?: boolean;
  /**
   * How often a unit must occur to get an id: a word ("word", default 1), a character ("char", default 1), or a
   * character or a pair to merge ("bpe", default 2). At least 1.
   */
  readonly minFrequency?: number;
}

/** Only this many characters of a word and its metaspace are learned from: longer words occur in binary data, not in languages. */
const LONGEST_WORD = 1000;

export interface TrainingEvents {
  /** Called from time to time with the number of pieces learned and the number wanted. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Called once if words were cut, with their number and the most characters that were learned from. */
  readonly onLongWords?: (words: number, characters: number) => void;
}

/**
 * Learns a vocabulary from lines of text. The same lines in any order give the same vocabulary.
 *
 * A byte-pair vocabulary gives at most half of its room to single characters, the most frequent ones; the others are
 * written as bytes. Only the first 1000 characters of a word are learned from.
 *
 * @param lines       Read once, in order; only their distinct words are kept in memory.
 * @param onProgress  Called from time to time with the number of pieces learned and the number wanted.
 * @throws ERR_CONFIG when `vocab` has no room for a single word or character, or a number is not whole.
 */
export function trainTokenizer(
  lines: Iterable<string>,
  config: TokenizerConfig,
  onProgress?: (done: number, total: number) => void,
): Tokenizer {
  return atOnce(tokenizerTraining(lines, config, { onProgress }));
}

/** `trainTokenizer` as work that can be interrupted: `inTurns(tokenizerTraining(lines, config), signal)`. */
export function* tokenizerTraining(
  lines: Iterable<string>,
  config: TokenizerConfig,
  events: TrainingEvents = {},
): Work<Tokenizer> {
  checkNumbers(config);
  const counter = wordCounter(config);
  for (const line of lines) {
    counter.add(line);
    yield;
  }
  return yield* trainingFromWords(counter, config, events);
}

/** Words of a text and how often each occurs, counted line by line. */
export interface WordCounter {
  readonly add: (line: string) => void;
  /** Without the metaspace that each is spelled with. */
  readonly words: ReadonlyMap<string, number>;
  /** Words that were cut. */
  readonly cut: () => number;
}

/** More distinct words than this occur only in text that is not a language, or in a thousand million words of it. */
const MOST_WORDS = 4_000_000;

/**
 * Counts the words of lines that need not all be in memory at once: `trainingFromWords` learns from the counts. Whenever there
 * are more than 4 million distinct words, those that have occurred least are forgotten, at least half of them.
 */
export function wordCounter(
  { lowercase = false }: Pick<TokenizerConfig, "lowercase">,
  most = MOST_WORDS,
): WordCounter {
  const words = new Map<string, number>();
  let cut = 0;
  return {
    words,
    cut: () => cut,
    add: (line) => {
      for (const whole of spacedWords(normalize(line, lowercase))) {
        const word = whole.length < LONGEST_WORD ? whole : beginning(whole);
        if (word !== whole) cut += 1;
        const times = words.get(word);
        words.set(times === undefined ? detached(word) : word, (times ?? 0) + 1);
      }
      if (words.size > most) forgetRare(words, most / 2);
    },
  };
}

function forgetRare(words: Map<string, number>, most: number): void {
  for (let least = 1; words.size > most; least *= 2)
    for (const [word, count] of words) if (count <= least) words.delete(word);
}

/** The second half of `tokenizerTraining`: learns from words that have been counted. */
export function* trainingFromWords(
  { words, cut }: WordCounter,
  config: TokenizerConfig,
  { onProgress, onLongWords }: TrainingEvents = {},
): Work<Tokenizer> {
  const { kind, vocab, lowercase = false } = config;
  const { pieces, minFrequency } = checkNumbers(config);
  const isWord = kind === "word";
  const layout: TokenizerLayout = { model: isWord ? "WordLevel" : "BPE", lowercase, byteFallback: !isWord };
  if (cut() > 0) onLongWords?.(cut(), LONGEST_WORD);
  const room = vocab - pieces.length;
  if (isWord) {
    const counts = yield* countUnits(words, wordUnits);
    for (const unit of mostFrequent(counts, room, minFrequency)) pieces.push(unit);
    onProgress?.(pieces.length, pieces.length);
    return tokenizerOf({ layout, pieces, merges: [] });
  }

  // Every word begins with the metaspace, so it must be a piece whatever the corpus.
  const characters = new Map([[metaspace, pieces.push(metaspace) - 1]]);
  const counts = yield* countUnits(words, (word) => word);
  counts.delete(metaspace);
  const single = kind === "char" ? room - 1 : Math.max(1, Math.floor(room / 2) - 1);
  for (const character of mostFrequent(counts, single, minFrequency)) {
    characters.set(character, pieces.push(character) - 1);
  }
  if (kind === "char") {
    onProgress?.(pieces.length, pieces.length);
    return tokenizerOf({ layout, pieces, merges: [] });
  }
  const merges = yield* learnMerges({ words, pieces, characters, size: vocab, minFrequency, onProgress });
  return tokenizerOf({ layout, pieces, merges });
}

/** The pieces that a vocabulary begins with, and how often a unit must occur. @throws ERR_CONFIG */
function checkNumbers(config: TokenizerConfig): { pieces: string[]; minFrequency: number } {
  const { kind, vocab, minFrequency = kind === "bpe" ? 2 : 1 } = config;
  const isWord = kind === "word";
  const pieces: string[] = Object.values(specialTokens);
  if (!isWord) for (let byte = 0; byte < 256; byte++) pieces.push(bytePiece(byte));
  const least = pieces.length + (isWord ? 1 : 2);
  if (kind !== "word" && kind !== "char" && kind !== "bpe") {
    const cause = `"${String(kind)}" is not a kind of vocabulary`;
    throw heedError("ERR_CONFIG", { where: "tokenizer.kind", cause, remedy: "use word, char or bpe" });
  }
  if (!Number.isSafeInteger(vocab) || vocab < least || vocab > 2 ** 20) {
    const bytes = kind === "word" ? "" : " and 256 bytes";
    throw heedError("ERR_CONFIG", {
      where: "tokenizer.vocab",
      cause: `${vocab} is not a valid size: a ${kind} vocabulary starts with 4 special tokens${bytes}`,
      remedy: `use a whole number from ${least} to ${2 ** 20}`,
    });
  }
  if (!Number.isSafeInteger(minFrequency) || minFrequency < 1) {
    const cause = `${minFrequency} is not a whole number of at least 1`;
    throw heedError("ERR_CONFIG", { where: "tokenizer.minFrequency", cause, remedy: "use 1 or more" });
  }
  return { pieces, minFrequency };
}

/** Drops a high surrogate at the cut: half a character. */
const beginning = (word: string): string => word.slice(0, LONGEST_WORD - 1).replace(/[\ud800-\udbff]$/, "");

function* countUnits(
  words: ReadonlyMap<string, number>,
  units: (word: string) => Iterable<string>,
): Work<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const [word, times] of words) {
    for (const unit of units(metaspace + word)) counts.set(unit, (counts.get(unit) ?? 0) + times);
    yield;
  }
  return counts;
}

/** At most `limit` units that occur at least `least` times, the most frequent first, ties in order of code units. */
function mostFrequent(counts: ReadonlyMap<string, number>, limit: number, least: number): string[] {
  return [...counts]
    .filter(([, count]) => count >= least)
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .slice(0, limit)
    .map(([unit]) => unit);
}

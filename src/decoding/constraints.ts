/** Constraints on the next token: functions that edit the scores of all tokens, applied in order. */
import type { BiasedTokens } from "./bias.ts";
import type { Candidates, Stepper } from "./stepper.ts";

/** A hypothesis about to get its next token. */
export interface Written {
  /** Ids so far, without <s>. */
  readonly ids: readonly number[];
  /** Index in the batch of the sentence that it translates. */
  readonly sentence: number;
}

/**
 * Changes the log probabilities of the next token in place; -Infinity forbids a token. The result need not be
 * normalised, and hypotheses are scored with it.
 */
export type Constraint = (scores: Float32Array, written: Written) => void;

/** Allows no sequence of n tokens twice, like HF's `no_repeat_ngram_size`. */
export function noRepeatNgram(n: number): Constraint {
  return (scores, { ids }) => {
    const recent = ids.length - (n - 1);
    for (let start = 0; start < recent; start++) {
      let same = 0;
      while (same < n - 1 && ids[start + same] === ids[recent + same]) same++;
      if (same === n - 1) scores[ids[start + same] as number] = -Infinity;
    }
  };
}

/**
 * Makes tokens already written less likely: multiplies their log probabilities by `penalty`, at least 1 (no effect).
 *
 * @see Keskar et al. 2019, section 4.1 - https://arxiv.org/abs/1909.05858 - which applies it to logits
 */
export function repetitionPenalty(penalty: number): Constraint {
  return (scores, { ids }) => {
    for (const id of new Set(ids)) scores[id] = (scores[id] as number) * penalty;
  };
}

/** Adds to the log probabilities of given tokens at every step; -Infinity bans a token. */
export function tokenBias(bias: ReadonlyMap<number, number>): Constraint {
  return (scores) => {
    for (const [id, value] of bias) scores[id] = (scores[id] as number) + value;
  };
}

/**
 * Adds to the log probability of the last token of each sequence when the tokens before it have just been written, like
 * HF's `sequence_bias`. -Infinity keeps a sequence from being completed, and so bans a word of several pieces.
 */
export function sequenceBias(sequences: readonly BiasedTokens[]): Constraint {
  return (scores, { ids }) => {
    for (const { ids: wanted, bias } of sequences) {
      const begun = ids.length - (wanted.length - 1);
      let same = 0;
      while (begun >= 0 && same < wanted.length - 1 && ids[begun + same] === wanted[same]) same++;
      const last = wanted[wanted.length - 1];
      if (same === wanted.length - 1 && last !== undefined) scores[last] = (scores[last] as number) + bias;
    }
  };
}

/** Forbids </s> before `length` tokens, </s> not counted. */
export function minLength(length: number, end: number): Constraint {
  return (scores, { ids }) => {
    if (ids.length < length) scores[end] = -Infinity;
  };
}

/** Forces the text to begin with given tokens, scored with their own probabilities. */
export function beginWith(prefix: readonly number[]): Constraint {
  return (scores, { ids }) => {
    const token = prefix[ids.length];
    if (token === undefined) return;
    const score = scores[token] as number;
    scores.fill(-Infinity);
    scores[token] = score;
  };
}

/**
 * A stepper with constraints applied to its candidates.
 *
 * @param stepper     A stepper of all scores (`candidates: "all"`).
 * @param candidates  How many to keep per row; "all" keeps every score, in order of ids.
 */
export function constrained(
  stepper: Stepper,
  constraints: readonly Constraint[],
  candidates: number | "all",
): Stepper {
  const vocabulary = stepper.candidates;
  const kept = candidates === "all" ? vocabulary : Math.min(candidates, vocabulary);
  return {
    candidates: kept,
    start: async (sources) => {
      const decoding = await stepper.start(sources);
      let texts: readonly number[][] | undefined;
      return {
        step: async (from, sentence, tokens) => {
          const now = texts ? extendTexts(texts, from, tokens) : Array.from(from, (): number[] => []);
          texts = now;
          const { logProbabilities } = await decoding.step(from, sentence, tokens);
          now.forEach((ids, row) => {
            const scores = logProbabilities.subarray(row * vocabulary, (row + 1) * vocabulary);
            for (const constraint of constraints)
              constraint(scores, { ids, sentence: sentence[row] as number });
          });
          return candidates === "all"
            ? { each: kept, logProbabilities }
            : likeliest(logProbabilities, now.length, kept);
        },
        end: () => decoding.end(),
      };
    },
    close: () => stepper.close(),
  };
}

/** Appends one token to each text; a text that continues in only one way is extended in place. */
function extendTexts(before: readonly number[][], from: Int32Array, tokens: Int32Array): number[][] {
  const continuations = new Uint32Array(before.length);
  for (const row of from) continuations[row] = (continuations[row] as number) + 1;
  return Array.from(from, (row, i) => {
    const text = before[row] as number[];
    const token = tokens[i] as number;
    if (continuations[row] !== 1) return [...text, token];
    text.push(token);
    return text;
  });
}

/** The k best of each row, best first; ties go to the smaller id. */
export function likeliest(all: Float32Array, rows: number, k: number): Required<Candidates> {
  const tokens = new Int32Array(rows * k);
  const logProbabilities = new Float32Array(rows * k).fill(-Infinity);
  const vocabulary = all.length / rows;
  for (let row = 0; row < rows; row++) {
    const [first, last] = [row * k, (row + 1) * k - 1];
    for (let token = 0; token < vocabulary; token++) {
      const score = all[row * vocabulary + token] as number;
      if (!(score > (logProbabilities[last] as number))) continue;
      let at = last;
      for (; at > first && score > (logProbabilities[at - 1] as number); at--) {
        logProbabilities[at] = logProbabilities[at - 1] as number;
        tokens[at] = tokens[at - 1] as number;
      }
      logProbabilities[at] = score;
      tokens[at] = token;
    }
  }
  return { each: k, tokens, logProbabilities };
}

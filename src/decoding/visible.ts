/** Keeps translations from being blank. */

import { isBlank } from "../text/blank.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import { isBytePiece } from "../text/vocabulary.ts";
import type { Constraint } from "./constraints.ts";
import type { Candidates, Stepper } from "./stepper.ts";

/** Tokens forbidden while a text has nothing visible. */
export interface Unseen {
  /** Forbidden as the first token: <pad>, <s> and </s>. */
  readonly first: ReadonlySet<number>;
  /** Forbidden after that: these and all invisible tokens. So one space may come before a word. */
  readonly further: ReadonlySet<number>;
}

/** What was found of each vocabulary: all its tokens are looked at, and a batch may have a plan for each sentence. */
const found = new WeakMap<Tokenizer, Unseen>();

/** The invisible tokens of a vocabulary. */
export function unseenTokens(target: Tokenizer): Unseen {
  const unseen = found.get(target) ?? findUnseen(target);
  found.set(target, unseen);
  return unseen;
}

function findUnseen(target: Tokenizer): Unseen {
  const { pad, bos, eos } = target.special;
  const first = new Set([pad, bos, eos]);
  const further = new Set(first);
  for (let id = 0; id < target.size; id++) {
    const piece = target.token(id);
    if (isBlank(isBytePiece(piece) ? target.decode([id]) : piece)) further.add(id);
  }
  return { first, further };
}

/** Whether any of `ids` is visible. */
export const shows = (ids: readonly number[], { further }: Unseen): boolean =>
  ids.some((id) => !further.has(id));

/** Forbids </s>, and invisible tokens beyond one leading space, until a text has something visible. */
export function beginVisibly(unseen: Unseen): Constraint {
  return (scores, { ids }) => {
    if (shows(ids, unseen)) return;
    for (const id of ids.length === 0 ? unseen.first : unseen.further) scores[id] = -Infinity;
  };
}

/**
 * A stepper whose texts begin visibly. While one does not, more candidates are asked for, as many as there are invisible
 * tokens.
 *
 * @param stepper     Must return candidates with their tokens, and extra ones if asked for.
 * @param candidates  How many to keep per row.
 */
export function visiblyBegun(stepper: Stepper, unseen: Unseen, candidates: number): Stepper {
  const kept = Math.min(candidates, stepper.candidates);
  return {
    candidates: kept,
    start: async (sources) => {
      const decoding = await stepper.start(sources);
      let isShown: readonly boolean[] | undefined;
      return {
        step: async (from, sentence, tokens) => {
          const before = isShown;
          const forbidden = before ? unseen.further : unseen.first;
          const now = Array.from(
            from,
            (row, i) => !!before && (before[row] || !unseen.further.has(tokens[i] as number)),
          );
          isShown = now;
          if (now.every(Boolean)) return decoding.step(from, sentence, tokens);
          const all = await decoding.step(from, sentence, tokens, unseen.further.size);
          return withoutForbidden(all, now, kept, forbidden);
        },
        end: () => decoding.end(),
      };
    },
    close: () => stepper.close(),
  };
}

/** The best candidates of each row that are not forbidden, in order. */
function withoutForbidden(
  all: Candidates,
  isShown: readonly boolean[],
  kept: number,
  forbidden: ReadonlySet<number>,
): Candidates {
  const tokens = new Int32Array(isShown.length * kept);
  const logProbabilities = new Float32Array(isShown.length * kept).fill(-Infinity);
  for (const [row, isFree] of isShown.entries()) {
    let at = row * kept;
    for (let from = row * all.each; from < (row + 1) * all.each && at < (row + 1) * kept; from++) {
      const token = all.tokens?.[from] as number;
      if (!isFree && forbidden.has(token)) continue;
      tokens[at] = token;
      logProbabilities[at++] = all.logProbabilities[from] as number;
    }
  }
  return { each: kept, tokens, logProbabilities };
}

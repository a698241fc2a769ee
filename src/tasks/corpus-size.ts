import type { CorpusSize } from "../config/fit.ts";

/** Examples that are counted; of a larger corpus so many, evenly spaced, stand for all. */
const COUNTED = 100_000;

/** Runs of letters, marks and numbers, and any other visible character; letters of scripts without spaces one by one. */
const word =
  /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]|[\p{L}\p{M}\p{N}]+|\S/gu;

/** Counts the words of examples that stand for all of a corpus. */
export interface SizeCounter {
  /** @param texts  The texts of an example: first the one that a model learns to write, or reads where there is no other. */
  readonly add: (texts: readonly [string, ...string[]]) => void;
  /** @param unit  "pairs" @param examples  Those of the whole corpus, counted or not. */
  readonly size: (unit: string, examples: number) => CorpusSize;
}

export function sizeCounter(): SizeCounter {
  const types = new Set<string>();
  const words = { written: 0, all: 0 };
  let counted = 0;
  return {
    add: (texts) => {
      counted += 1;
      for (const [side, text] of texts.entries()) {
        const found = text.match(word) ?? [];
        for (const each of found) types.add(each);
        words.all += found.length;
        if (side === 0) words.written += found.length;
      }
    },
    size: (unit, examples) => {
      const whole = (n: number): number => Math.round((n * examples) / Math.max(1, counted));
      return {
        name: `${examples.toLocaleString("en-US")} ${unit}`,
        examples,
        words: whole(words.written),
        allWords: whole(words.all),
        types: types.size,
      };
    },
  };
}

/** Counts what defaults are fitted to. `unit` and `texts` are as of a `SizeCounter`. */
export function corpusSize<Example>(
  unit: string,
  examples: readonly Example[],
  texts: (example: Example) => readonly [string, ...string[]],
): CorpusSize {
  const every = Math.max(1, Math.ceil(examples.length / COUNTED));
  const counter = sizeCounter();
  for (let i = 0; i < examples.length; i += every) counter.add(texts(examples[i] as Example));
  return counter.size(unit, examples.length);
}

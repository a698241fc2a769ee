/** Both runs on many sentences with references: translated one after the other, then scored. */
import { signal } from "@preact/signals";
import { proxy } from "comlink";
import { model } from "../../model/client.ts";
import { fault, messageOf } from "../../model/fault.ts";
import type { ComparedTexts } from "../../model/many.ts";
import type { Which } from "../../model/pair.ts";
import { knownPairs } from "../../model/phrasebook.ts";
import { linesOfPairs } from "../../model/text-corpus.ts";
import { sides } from "./asked.ts";

/** Sentences of the phrasebook, or of a file, that are translated at most. */
export const MOST_PAIRS = 500;

interface Pair {
  readonly source: string;
  readonly target: string;
}

/** What was scored: which runs, on which sentences. */
export interface ManyScored extends ComparedTexts {
  readonly names: Readonly<Record<Which, string>>;
  readonly pairs: readonly Pair[];
  readonly texts: Readonly<Record<Which, readonly string[]>>;
  readonly seconds: Readonly<Record<Which, number>>;
}

/** A file of pairs in place of the phrasebook. */
export const pairsFile = signal<{ readonly name: string; readonly pairs: readonly Pair[] } | undefined>(
  undefined,
);
export const many = signal<ManyScored | undefined>(undefined);
/** Sentences done, of both runs, while they are being translated. */
export const working = signal<{ readonly done: number; readonly total: number } | undefined>(undefined);

/** Takes pairs of a file; the first that are translated at most. */
export async function takePairs(file: File): Promise<void> {
  try {
    pairsFile.value = { name: file.name, pairs: linesOfPairs(await file.text()).slice(0, MOST_PAIRS) };
    fault.value = "";
  } catch (error) {
    fault.value = `${file.name}: ${messageOf(error)}`;
  }
}

export const stopMany = (): void => {
  working.value = undefined;
};

/** Whether both runs are still those that were asked for. */
const areStill = (names: Readonly<Record<Which, string>>): boolean =>
  sides.first.value?.name === names.first && sides.second.value?.name === names.second;

/** Translates the sentences with both runs and scores them. */
export async function scoreMany(): Promise<void> {
  const [first, second] = [sides.first.value?.name, sides.second.value?.name];
  if (first === undefined || second === undefined || working.value) return;
  const names = { first, second };
  working.value = { done: 0, total: 0 };
  try {
    const pairs = pairsFile.value?.pairs ?? (await knownPairs().test(MOST_PAIRS));
    const sources = pairs.map(({ source }) => source);
    const texts: Partial<Record<Which, string[]>> = {};
    const seconds = { first: 0, second: 0 };
    for (const [which, before] of [
      ["first", 0],
      ["second", sources.length],
    ] as const) {
      const start = performance.now();
      const report = (done: number): boolean => {
        if (!working.value || !areStill(names)) return false;
        working.value = { done: before + done, total: 2 * sources.length };
        return true;
      };
      const translated = await model.translateManySide(which, sources, proxy(report));
      if (!translated) return;
      texts[which] = translated;
      seconds[which] = (performance.now() - start) / 1000;
    }
    const { first: one = [], second: other = [] } = texts;
    const references = pairs.map(({ target }) => target);
    const found = await model.compareTexts(one, other, references);
    many.value = { ...found, names, pairs, texts: { first: one, second: other }, seconds };
  } catch (error) {
    fault.value = messageOf(error);
  } finally {
    working.value = undefined;
  }
}

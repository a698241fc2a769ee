/** Beginnings of texts that are looked at again and again while a language model learns. */
import { beamSearch, openTextStepper } from "heed/decoding";
import { openInspector } from "heed/inspect";
import type { Engine, State } from "heed/runtime";
import type { DescribedRun } from "heed/tasks";
import { headsIn, type Sight, type Watch, type Watched } from "./watch.ts";

type LanguageModel = Extract<DescribedRun, { readonly task: "generate" }>;

/** Tokens that are written after a beginning. */
const WRITTEN = 16;
/** How many lines of the text are watched, and how many words of one the model is given. */
const [WATCHED, GIVEN] = [4, 4];

/** Beginnings of lines that are held out, with how they go on, and one of one's own. */
export function watchedTexts(lines: readonly string[], own: string): Watched[] {
  const words = lines.map((line) => line.trim().split(/\s+/)).filter(({ length }) => length > GIVEN + 1);
  const byBeginning = new Map(words.map((line) => [line.slice(0, GIVEN).join(" "), line]));
  const all = [...byBeginning.values()];
  const step = Math.max(1, Math.floor(all.length / WATCHED));
  const chosen = all.filter((_, i) => i % step === 0).slice(0, WATCHED);
  return [
    ...(own.trim() === "" ? [] : [{ source: own.trim(), links: [] }]),
    ...chosen.map((line) => ({
      source: line.slice(0, GIVEN).join(" "),
      reference: line.slice(GIVEN, GIVEN + WRITTEN).join(" "),
      links: [],
    })),
  ];
}

/** Opens a language model in training to go on with beginnings, and to read its attention to the text. */
export async function openTextWatch(
  { config, model, tokenizer }: LanguageModel,
  { engine, state }: { readonly engine: Engine; readonly state: State },
  watched: readonly Watched[],
): Promise<Watch> {
  const { context } = config.data;
  const { eos } = tokenizer.special;
  const look = await openInspector({
    engine,
    state,
    of: { task: "generate", model, tokenizer },
    maxLength: context,
  });
  const stepper = await openTextStepper({ engine, state, model, candidates: 1, context });
  const hasHeads = look.paths.some((path) => path.endsWith("attention.weights"));
  // A beginning goes on: it does not end its line.
  const beginningOf = (text: string): number[] => tokenizer.encode(text).slice(0, -1);
  const goOn = async (beginning: readonly number[]): Promise<number[]> => {
    const maxLength = (): number => WRITTEN;
    const [found] = await beamSearch(stepper, [beginning], { beam: 1, start: eos, end: eos, maxLength });
    return [...(found?.[0]?.ids ?? [])];
  };
  const sightOf = async ({ source, reference }: Watched): Promise<Sight> => {
    const beginning = beginningOf(source);
    const written = await goOn(beginning);
    const read = reference === undefined ? [...beginning, ...written] : beginningOf(`${source} ${reference}`);
    // The last token of an example is only predicted.
    const example = { source: Int32Array.of(...read.slice(0, context - 1), eos), target: new Int32Array() };
    const { taps } = hasHeads ? await look.run(example, { taps: ["**.attention.weights"] }) : NOTHING;
    const tokens = read.slice(0, context - 1).map((id) => tokenizer.token(id));
    return {
      translation: tokenizer.decode(written),
      columns: tokens,
      rows: tokens,
      gold: [],
      heads: headsIn(taps),
    };
  };
  return {
    see: async () => {
      const sights: Sight[] = [];
      for (const one of watched) sights.push(await sightOf(one));
      return sights;
    },
    close: () => {
      look.close();
      stepper.close();
    },
  };
}

const NOTHING = { taps: new Map() as Parameters<typeof headsIn>[0] };

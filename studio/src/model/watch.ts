/** Sentences that are looked at again and again while a model learns. */

import type { TranslateConfig } from "heed/config";
import { openGreedy } from "heed/decoding";
import { type Look, openInspector } from "heed/inspect";
import { goldAlignment, phrasebook } from "heed/phrasebook";
import type { Engine, State } from "heed/runtime";
import type { DescribedRun } from "heed/tasks";
import { type Tokenizer, words } from "heed/text";

export interface Watched {
  /** A sentence, or the beginning of a text. */
  readonly source: string;
  /** Its translation, or how it goes on. Absent for a sentence of one's own. */
  readonly reference?: string;
  /** Known links between words, [source, target]. */
  readonly links: readonly (readonly [number, number])[];
}

/** A link between words, as the tokens of a written and a read one. */
export interface Link {
  readonly row: number;
  readonly rows: number;
  readonly column: number;
  readonly columns: number;
}

/** What the model makes of a watched sentence after some updates. */
export interface Sight {
  /** Or how a text goes on. */
  readonly translation: string;
  /** The tokens that are read, and those that are written: of the reference, or else of the translation. */
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  /** Known links between words. */
  readonly gold: readonly Link[];
  /** All heads over the source, or over the text, [rows][columns] each; none for a model that reads a summary. */
  readonly heads: readonly { readonly name: string; readonly weights: Float32Array }[];
}

export interface Snapshot {
  readonly step: number;
  /** Wall time of training until then, in seconds. */
  readonly seconds: number;
  readonly sights: readonly Sight[];
}

type Translator = Extract<DescribedRun, { readonly task: "translate" }>;

export interface Watch {
  readonly see: () => Promise<Sight[]>;
  readonly close: () => void;
}

/** Opens a model in training to translate the watched sentences, and to read its attention as it reads a pair. */
export async function openWatch(
  { config, model, tokenizers }: Translator,
  { engine, state }: { readonly engine: Engine; readonly state: State },
  watched: readonly Watched[],
): Promise<Watch> {
  const { maxLength } = config.model;
  const { bos: start, eos: end } = tokenizers.target.special;
  const look = await openInspector({
    engine,
    state,
    of: { task: "translate", model, tokenizers },
    maxLength,
  });
  const greedy = await openGreedy({
    engine,
    state,
    model,
    padding: tokenizers.source.special.pad,
    end,
  });
  const places = look.paths.filter((path) => path.endsWith("cross.weights"));
  const sources = watched.map(({ source }) => look.encode({ source }).source);
  const sightOf = async (one: Watched, translation: string): Promise<Sight> => {
    const example = look.encode({ source: one.source, target: one.reference ?? translation });
    const { taps } = places.length > 0 ? await look.run(example, { taps: ["**.cross.weights"] }) : NOTHING;
    const axes = [...taps.values()][0]?.axes;
    return {
      translation,
      columns: axes?.[3]?.tokens?.reads ?? [],
      rows: axes?.[2]?.tokens?.writes ?? [],
      gold: linksOf(one, { source: example.source, target: example.target }, tokenizers),
      heads: headsIn(taps),
    };
  };
  return {
    see: async () => {
      const limit = (length: number): number => Math.min(2 * length + 10, maxLength);
      const found = await greedy.search(sources, { maxLength: limit, start });
      const sights: Sight[] = [];
      for (const [i, one] of watched.entries())
        sights.push(await sightOf(one, tokenizers.target.decode(found[i]?.[0]?.ids ?? [])));
      return sights;
    },
    close: () => {
      look.close();
      greedy.close();
    },
  };
}

const NOTHING = { taps: new Map() as Look["taps"] };

/** The weights of every head in some taps, a copy of each. */
export const headsIn = (taps: Look["taps"]): Sight["heads"] =>
  [...taps].flatMap(([path, { axes, data }]) => {
    const [, heads = 0, rows = 0, columns = 0] = axes.map(({ size }) => size);
    const size = rows * columns;
    return Array.from({ length: heads }, (_, head) => ({
      name: nameOf(path, heads, head),
      weights: Float32Array.from(data.subarray(head * size, (head + 1) * size)),
    }));
  });

/** "layer 2, head 3" of decoder.1.cross.weights; a recurrent decoder has one. */
function nameOf(path: string, heads: number, head: number): string {
  const layer = /(?:decoder|layers)\.(\d+)\./.exec(path)?.[1];
  const place = layer === undefined ? "decoder" : `layer ${Number(layer) + 1}`;
  return heads === 1 ? place : `${place}, head ${head + 1}`;
}

function linksOf(
  { links, reference }: Watched,
  ids: { readonly source: Int32Array; readonly target: Int32Array },
  tokenizers: { readonly source: Tokenizer; readonly target: Tokenizer },
): Link[] {
  if (reference === undefined) return [];
  const [from, to] = [words(tokenizers.source, ids.source), words(tokenizers.target, ids.target)];
  return links.flatMap(([source, target]): Link[] => {
    const [read, written] = [from[source], to[target]];
    if (!read || !written) return [];
    return [
      {
        row: written.from,
        rows: written.to - written.from,
        column: read.from,
        columns: read.to - read.from,
      },
    ];
  });
}

/** How many sentences of the corpus are watched, and the most words of one. */
const [WATCHED, LONGEST] = [4, 8];

/** Validation pairs to watch, those whose words change order first, and a sentence of one's own. */
export function watchedOf(
  { data, seed }: Pick<TranslateConfig, "data" | "seed">,
  valid: readonly { readonly source: string; readonly target: string }[],
  own: string,
): Watched[] {
  const all = "corpus" in data.valid ? ofPhrasebook(seed) : valid.map(withoutLinks);
  const short = all.filter(({ source }) => source.split(" ").length <= LONGEST);
  const chosen = short.length >= WATCHED ? short : all;
  return [
    ...(own.trim() === "" ? [] : [{ source: own.trim(), links: [] }]),
    ...[...chosen].sort((a, b) => crossings(b) - crossings(a)).slice(0, WATCHED),
  ];
}

/** One sentence of each rule of the phrasebook: the one whose words change order most. */
function ofPhrasebook(seed: number): Watched[] {
  const best = new Map<string, Watched>();
  for (const pair of phrasebook({ seed }).valid) {
    const links = goldAlignment(pair).sure.map(({ source, target }) => [source, target] as const);
    const one = { source: pair.source, reference: pair.target, links };
    const before = best.get(pair.rule);
    const isShort = pair.source.split(" ").length <= LONGEST;
    if (isShort && (!before || crossings(one) > crossings(before))) best.set(pair.rule, one);
  }
  return [...best.values()];
}

const withoutLinks = ({ source, target }: { readonly source: string; readonly target: string }): Watched => ({
  source,
  reference: target,
  links: [],
});

/** Links between one word and one word that cross another such link. */
function crossings({ links }: Watched): number {
  const single = links.filter(
    ([s, t]) =>
      links.filter(([s2]) => s2 === s).length === 1 && links.filter(([, t2]) => t2 === t).length === 1,
  );
  return single.filter(([s, t]) => single.some(([s2, t2]) => s2 > s && t2 < t)).length;
}

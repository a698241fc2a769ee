/** A translation, how its words were read, and why they were written: asked of the opened model. */
import {
  type AlignmentReading,
  chooseByGold,
  type DecodedOn,
  type EvidenceKind,
  evidence,
  type Inspector,
  type Intervention,
  type Matrix,
  type NamedTensor,
  type Removable,
  readBothRows,
  removable,
  type WrittenSoFar,
  without,
} from "heed/inspect";
import { matchTaps, type TapPattern } from "heed/nn";
import type { AtStep } from "./looking.ts";
import { placesAsPattern } from "./places.ts";
import type { Session } from "./session.ts";
import { unknownWords } from "./unknown-words.ts";

/** What is done to the model. */
export interface Changes {
  readonly intervene: readonly Intervention[];
  /** Parts that the model runs without. */
  readonly off: readonly Removable[];
}

export interface TranslateAsked extends Changes {
  readonly source: string;
  readonly beam: number;
  /** Pieces that the translation begins with. */
  readonly prefix: readonly string[];
  /** A step of training whose weights were kept. Default -1, the end of it. */
  readonly step?: number;
}

export interface Translated extends DecodedOn {
  /** What this is the answer to. */
  readonly asked: TranslateAsked;
  /** Whether the source is longer than the model reads. */
  readonly isCut: boolean;
  /** Words of the source that the vocabulary does not have; at most 12. */
  readonly unknown: readonly string[];
  /** Changes that made no number different: interventions by their index, parts by name. */
  readonly idle: { readonly intervene: readonly number[]; readonly off: readonly Removable[] };
}

export interface ReadAsked extends Changes {
  readonly source: string;
  /** The tokens that are written. */
  readonly ids: readonly number[];
  /** Attentions to read; the mean of several. */
  readonly places: readonly string[];
  /** Default: the mean over heads. */
  readonly head: number | undefined;
  readonly kind: EvidenceKind;
  readonly row: "input" | "output";
}

export interface Read {
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  /** [rows][columns], as measured. */
  readonly numbers: Matrix;
  /** The row of the model that belongs to the first written token. */
  readonly first: number;
  /** "decoder.1.cross, head 3" */
  readonly where: string;
}

export interface WhyAsked extends Changes {
  readonly source: string;
  readonly ids: readonly number[];
  readonly place: string;
  /** Of the written token, from 0. */
  readonly step: number;
  /** The token, by its piece, that was not written. */
  readonly against: string;
  readonly kind: EvidenceKind;
}

export interface Why {
  readonly columns: readonly string[];
  /** How much each source token speaks for the written token, and below 0 for the other one; in nats. */
  readonly numbers: readonly number[];
  /** ln p of the written token less that of the other one. */
  readonly margin: number;
}

/** A pair and its links, as the phrasebook gives them. */
export interface LinkedPair {
  readonly source: string;
  readonly target: string;
  /** Of words between spaces: [source, target]. */
  readonly links: readonly (readonly [number, number])[];
}

export const readingRequests = (opened: () => Session, atStep: AtStep) => ({
  /** Parts that this model has and can be run without. */
  parts: (): Removable[] => removable.filter((part) => interventionsOf(opened().look, [part]) !== undefined),
  /**
   * @param onStep  Shown what is written so far; its answer is whether to go on.
   */
  translate: async (
    asked: TranslateAsked,
    onStep: (step: WrittenSoFar) => boolean | Promise<boolean> = () => true,
  ): Promise<Translated> => {
    const { source, beam, prefix, intervene, off, step = -1 } = asked;
    const { decoder, look, run } = await atStep(step);
    if (!decoder || run.task !== "translate") throw new Error("the open model is no translator");
    const parts = off.map((part) => ({ part, intervene: without(look, part) }));
    const stop = new AbortController();
    const found = await decoder.run(source, {
      signal: stop.signal,
      onStep: async (step) => {
        if (!(await onStep(step))) stop.abort();
      },
      beam,
      best: beam,
      prefix,
      intervene: [...intervene, ...parts.flatMap((part) => part.intervene)],
    });
    const unchanged = found.without?.unchanged ?? [];
    const taps = new Map(decoder.paths.map((path) => [path, undefined as never]));
    const isIdle = (one: Intervention): boolean =>
      unchanged.filter(({ intervention }) => intervention === one).length === matchTaps(taps, one.at).length;
    return {
      ...found,
      asked,
      unknown: unknownWords(run.tokenizers.source, source),
      isCut: run.tokenizers.source.encode(source).length > found.sourceTokens.length,
      idle: {
        intervene: intervene.flatMap((one, i) => (isIdle(one) ? [i] : [])),
        off: parts.filter((part) => part.intervene.every(isIdle)).map(({ part }) => part),
      },
    };
  },
  /** How much of each read token went into each written one. */
  read: async (asked: ReadAsked): Promise<Read> => {
    const { look } = opened();
    const { source, ids, places, head, kind, row, intervene, off } = asked;
    const example = exampleOf(look, source, ids);
    const paths = places.map((place): TapPattern => `${place}.weights`);
    const all = [...intervene, ...(interventionsOf(look, off) ?? [])];
    const { taps } = await look.run(example, { taps: paths, intervene: all });
    const matrices: Matrix[] = [];
    for (const path of paths) {
      const place = path.slice(0, -".weights".length);
      const options = { place, ...(head === undefined ? {} : { head }) };
      matrices.push(
        kind === "weights"
          ? matrixOf(taps.get(path) as NamedTensor, head)
          : await evidence(look, example, kind, { ...options, intervene: all }),
      );
    }
    const [, , queries, keys] = taps.get(paths[0] as string)?.axes ?? [];
    const written = queries?.tokens?.writes ?? queries?.tokens?.reads ?? [];
    // The row that reads a token is one after the row that writes it.
    const first = row === "input" ? 1 : 0;
    return {
      columns: keys?.tokens?.reads ?? [],
      rows: first === 1 ? written.slice(0, -1) : written,
      numbers: mean(matrices).slice(first),
      first,
      where: `${placesAsPattern(places)}${head === undefined ? "" : `, head ${head + 1}`}`,
    };
  },
  /** Why one token was written and not another, by what was read. */
  why: async ({ source, ids, place, step, against, kind, ...changes }: WhyAsked): Promise<Why> => {
    const { look, run } = opened();
    if (run.task !== "translate") throw new Error("the open model is no translator");
    const rival = run.tokenizers.target.id(against);
    const written = ids[step];
    if (rival === undefined || written === undefined) throw new Error(`there is no token ${against}`);
    const example = exampleOf(look, source, ids);
    const intervene = [...changes.intervene, ...(interventionsOf(look, changes.off) ?? [])];
    const { taps } = await look.run(example, { taps: ["logits", `${place}.weights`], intervene });
    const { axes, data } = taps.get("logits") as NamedTensor;
    const classes = axes.at(-1)?.size ?? 0;
    const logit = (id: number): number => data[step * classes + id] as number;
    const matrix = await evidence(look, example, kind, { place, against: rival, intervene });
    return {
      columns: taps.get(`${place}.weights`)?.axes[3]?.tokens?.reads ?? [],
      numbers: matrix[step] ?? [],
      margin: logit(written) - logit(rival),
    };
  },
  /** Which layer, head and row align best, by the error against known links. */
  aligning: async (pairs: readonly LinkedPair[]): Promise<{ reading: AlignmentReading; aer: number }> => {
    const { run } = opened();
    if (run.task !== "translate") throw new Error("the open model is no translator");
    const { model, weights, tokenizers } = run;
    const read = await readBothRows({ engine: opened().engine, model, weights, ...tokenizers }, pairs);
    const gold = pairs.map(({ links }) => ({
      sure: links.map(([source, target]) => ({ source, target })),
      possible: [],
    }));
    return chooseByGold(read, gold);
  },
});

const exampleOf = (look: Inspector, source: string, ids: readonly number[]) => ({
  source: look.encode({ source }).source,
  target: Int32Array.from(ids),
});

/** The interventions that take parts out; undefined when the model has not all of them. */
function interventionsOf(look: Inspector, parts: readonly Removable[]): Intervention[] | undefined {
  try {
    return parts.flatMap((part) => without(look, part));
  } catch {
    return undefined;
  }
}

/** [rows][columns] of one head, or the mean of all. */
function matrixOf({ axes, data }: NamedTensor, head: number | undefined): number[][] {
  const [, heads = 1, rows = 0, columns = 0] = axes.map(({ size }) => size);
  const chosen = head === undefined ? Array.from({ length: heads }, (_, i) => i) : [head];
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (__, j) => {
      const sum = chosen.reduce((total, h) => total + (data[(h * rows + i) * columns + j] as number), 0);
      return sum / chosen.length;
    }),
  );
}

const mean = (matrices: readonly Matrix[]): number[][] =>
  (matrices[0] ?? []).map((row, i) =>
    row.map((_, j) => matrices.reduce((sum, each) => sum + (each[i]?.[j] as number), 0) / matrices.length),
  );

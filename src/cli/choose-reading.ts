import { guidanceOf } from "../config/guided-alignment.ts";
import { readLines } from "../data/files.node.ts";
import { readPairs } from "../data/pairs.node.ts";
import { heedError } from "../errors.ts";
import { type GoldAlignment, parseAlignment, turnLinks } from "../evaluation/alignment.ts";
import {
  type AlignmentReading,
  chooseByAgreement,
  chooseByGold,
} from "../inspect/alignment/alignment-reading.ts";
import { readBothRows } from "../inspect/alignment/cross-attention.ts";
import { crossAttentionHeads } from "../inspect/alignment/forced-decoding.ts";
import { goldAlignment, phrasebook } from "../phrasebook/phrasebook.ts";
import type { TranslatorRun } from "../runs/open-run.ts";
import type { Engine } from "../runtime/engine.ts";
import type { SentencePair } from "../tasks/translate/pairs.ts";
import type { Io } from "./io.ts";

export interface ChoiceOptions {
  readonly source?: string | undefined;
  readonly target?: string | undefined;
  readonly pairs?: string | undefined;
  readonly layer?: string | undefined;
  readonly head?: string | undefined;
  readonly row?: string | undefined;
  readonly threshold?: number | undefined;
  readonly sourceThreshold?: number | undefined;
  readonly chooseBy?: string | undefined;
  readonly validSource?: string | undefined;
  readonly validTarget?: string | undefined;
  readonly validGold?: string | undefined;
}

export interface Readings {
  readonly forward: AlignmentReading;
  readonly backward: AlignmentReading;
}

interface Choosing {
  readonly run: TranslatorRun;
  readonly reverse: TranslatorRun | undefined;
  readonly engine: Engine;
  readonly options: ChoiceOptions;
  readonly io: Io;
}

/** Pairs that a choice looks at: more change it little. */
const LOOKED_AT = 500;

/** The reading of each direction: named, or found by `--choose-by`. */
export async function chooseReadings(choosing: Choosing): Promise<Readings> {
  const { options } = choosing;
  if (options.chooseBy === undefined) return named(choosing);
  for (const key of ["layer", "head", "row", "threshold", "sourceThreshold"] as const) {
    const flag = key === "sourceThreshold" ? "source-threshold" : key;
    if (options[key] !== undefined)
      throw usage(`--${flag}`, "--choose-by finds it", "leave one of the two out");
  }
  if (options.chooseBy === "valid-gold") return byGold(choosing);
  if (options.chooseBy === "agreement") return byAgreement(choosing);
  throw usage("--choose-by", `"${options.chooseBy}" is unknown`, "choose valid-gold or agreement");
}

const usage = (where: string, cause: string, remedy: string): Error =>
  heedError("ERR_USAGE", { where, cause, remedy });

function named({ run, reverse, options }: Choosing): Readings {
  const row = options.row ?? "output";
  if (row !== "output" && row !== "input")
    throw usage("--row", `"${row}" is neither output nor input`, "see --help");
  const { threshold: share = 1, sourceThreshold: sourceShare } = options;
  const linking = { share, ...(sourceShare === undefined ? {} : { sourceShare }) };
  const isPlaced = [options.layer, options.head, options.row].some((given) => given !== undefined);
  const of = (one: TranslatorRun): AlignmentReading => {
    // The attention that was taught to align, if any was, at the row it was taught at.
    const guidance = isPlaced ? undefined : guidanceOf(one.config);
    if (guidance) return { row: "output", layer: guidance.layer, head: guidance.head, ...linking };
    const heads = crossAttentionHeads(one.model);
    const layer = placeOf("--layer", options.layer ?? String(heads.length), heads.length);
    const head =
      layer === "mean" ? "mean" : placeOf("--head", options.head ?? "mean", heads[layer] as number);
    if (layer === "mean" && options.head !== undefined && options.head !== "mean")
      throw usage("--head", "a mean over layers is one over heads", "name a --layer");
    return { row, layer, head, ...linking };
  };
  return { forward: of(run), backward: of(reverse ?? run) };
}

/** "3" of 6 -> 2; "mean". */
function placeOf(flag: string, text: string, most: number): number | "mean" {
  if (text === "mean") return "mean";
  const place = Number(text);
  if (Number.isInteger(place) && place >= 1 && place <= most) return place - 1;
  throw usage(flag, `there is no ${JSON.stringify(text)}`, `choose 1 to ${most}, or mean`);
}

async function byGold({ run, reverse, engine, options, io }: Choosing): Promise<Readings> {
  const { pairs, gold } = await knownPairs(run, options);
  const choose = async (one: TranslatorRun, isTurned: boolean): Promise<AlignmentReading> => {
    const turned = isTurned ? pairs.map(({ source, target }) => ({ source: target, target: source })) : pairs;
    const { reading, aer } = chooseByGold(
      await bothRows(one, engine, turned),
      isTurned ? gold.map(turnedGold) : gold,
    );
    io.say(`chosen on ${pairs.length} pairs with known links: AER ${(100 * aer).toFixed(2)} % there`);
    return reading;
  };
  const forward = await choose(run, false);
  return { forward, backward: reverse ? await choose(reverse, true) : forward };
}

const turnedGold = ({ sure, possible }: GoldAlignment): GoldAlignment => ({
  sure: turnLinks(sure),
  possible: turnLinks(possible),
});

async function byAgreement({ run, reverse, engine, options, io }: Choosing): Promise<Readings> {
  if (!reverse) throw usage("--choose-by", "agreement is between two directions", "give --reverse RUN");
  const pairs: { source: string; target: string }[] = [];
  const { source, target } = options;
  const spec =
    options.pairs === undefined
      ? { source: source as string, target: target as string }
      : { pairs: options.pairs };
  for await (const pair of readPairs(spec)) if (pairs.push(pair) === LOOKED_AT) break;
  const turned = pairs.map(({ source, target }) => ({ source: target, target: source }));
  const { forward, backward, agreement } = chooseByAgreement(
    await bothRows(run, engine, pairs),
    await bothRows(reverse, engine, turned),
  );
  io.say(
    `chosen on ${pairs.length} pairs: both directions agree on ${(100 * agreement).toFixed(1)} % of links`,
  );
  return { forward, backward };
}

const bothRows = (
  { model, weights, tokenizers }: TranslatorRun,
  engine: Engine,
  pairs: readonly SentencePair[],
) => readBothRows({ engine, model, weights, ...tokenizers }, pairs);

/** Pairs whose links are known: files that are named, or those that the run was validated on. */
async function knownPairs(
  { config }: TranslatorRun,
  { validSource, validTarget, validGold }: ChoiceOptions,
): Promise<{ pairs: { source: string; target: string }[]; gold: GoldAlignment[] }> {
  const files = [validSource, validTarget, validGold];
  if (files.every((file) => file === undefined) && "corpus" in config.data.valid) {
    const { valid } = phrasebook({ seed: config.seed });
    const chosen = valid.slice(0, LOOKED_AT);
    return {
      pairs: chosen.map(({ source, target }) => ({ source, target })),
      gold: chosen.map(goldAlignment),
    };
  }
  if (validSource === undefined || validTarget === undefined || validGold === undefined) {
    const remedy = "give --valid-source, --valid-target and --valid-gold";
    throw usage("--choose-by valid-gold", "there are no pairs with known links", remedy);
  }
  const pairs: { source: string; target: string }[] = [];
  for await (const pair of readPairs({ source: validSource, target: validTarget })) pairs.push(pair);
  const gold: GoldAlignment[] = [];
  for await (const line of readLines(validGold))
    gold.push(parseAlignment(line, `${validGold}:${gold.length + 1}`));
  if (gold.length === pairs.length) return { pairs, gold };
  const cause = `has ${gold.length} lines, and there are ${pairs.length} pairs`;
  throw heedError("ERR_DATA", { where: validGold, cause });
}

/** Decoding under interventions: how a model goes on writing from a change. */
import { heedError } from "../../errors.ts";
import { isFloat } from "../../ir/dtype.ts";
import { matchTaps } from "../../nn/match-taps.ts";
import { bareIds } from "../../text/tokenizer.ts";
import type { PlanOptions } from "../looking/look-plan.ts";
import type { Inspected } from "../looking/subject.ts";
import type { Decoded, DecodedOn, DecodeOptions } from "./decoded.ts";
import { type Followed, intervenedSearch } from "./intervened-search.ts";
import { languageModelWriter } from "./language-model-writer.ts";
import { translatorWriter } from "./translator-writer.ts";
import type { PreparedText, Writer, WriterOptions, WritingSettings } from "./writer.ts";

export interface DecodingInspectorOptions extends PlanOptions, WritingSettings {
  /** A translator or a language model; a run that was opened is one. */
  readonly of: Inspected;
  /**
   * The longest text that the model reads, in tokens: longer sources are cut. For a language model, the tokens that it
   * looks back on, as in `openGenerator`: prompt and continuation together may not be longer.
   */
  readonly maxLength: number;
  /** Most tokens listed after each hypothesis of the trace. Default 5. */
  readonly listed?: number;
}

export interface DecodingInspector {
  /** The paths of all taps that can be changed. */
  readonly paths: readonly string[];
  /**
   * Writes with and without interventions.
   *
   * @throws ERR_GRAPH for a pattern that matches no tap, naming similar ones; ERR_USAGE for an intervention or a setting
   *   that does not fit, ERR_DATA for a source without anything to read; the reason of an aborted `signal`.
   */
  run(source: string, options?: DecodeOptions): Promise<DecodedOn>;
  close(): void;
}

/**
 * Opens a translator or a language model to decode under interventions. The search is the translator's or generator's
 * own. Two sessions are opened for each set of paths; other numbers and sources are other feeds.
 */
export async function openDecodingInspector(options: DecodingInspectorOptions): Promise<DecodingInspector> {
  const { of, engine, weights, state, session, maxLength, listed = 5, ...settings } = options;
  checkListed(listed);
  const runtime = {
    engine,
    maxLength,
    ...(weights ? { constants: weights } : {}),
    ...(state ? { state } : {}),
    ...(session ? { session } : {}),
  };
  const writer = writerOf(of, runtime);
  const taps = new Map([...writer.taps.read, ...writer.taps.step]);
  const { search, close } = intervenedSearch(writer, listed);
  let latest: { readonly key: string; readonly plain: Decoded } | undefined;
  /** Without interventions: kept, since the same text is written again with others. */
  const searchPlain = async (key: string, text: PreparedText, followed: Followed): Promise<Decoded> => {
    // The weights of a state may change.
    if (latest?.key === key && !state) return latest.plain;
    const { hypotheses, trace } = await search(text, [], followed);
    latest = { key, plain: { hypotheses, trace } };
    return latest.plain;
  };
  return {
    paths: [...taps.keys()],
    run: async (source, { intervene = [], prefix = [], onStep, signal, ...given } = {}) => {
      const chosen = { ...settings, ...given };
      refuseSeveralDraws(chosen);
      const begun = prefixIds(prefix, writer);
      const interventions = intervene.flatMap((intervention) =>
        matchTaps(taps, intervention.at).map(([path]) => ({
          path: changeablePath(path, taps),
          intervention,
        })),
      );
      const text = writer.prepare(source, chosen, begun);
      const key = JSON.stringify([source, begun, chosen], (_, value) =>
        value instanceof Map ? [...value].map(([id, bias]) => [id, String(bias)]) : value,
      );
      const { sourceTokens } = text;
      const followed = (isWithout: boolean): Followed => ({
        signal,
        onStep: onStep && ((step) => onStep({ ...step, isWithout })),
      });
      if (interventions.length === 0) {
        // Who follows a search wants its steps.
        if (onStep) latest = undefined;
        return { sourceTokens, ...(await searchPlain(key, text, followed(false))) };
      }
      const { unchanged, ...after } = await search(text, interventions, followed(false));
      const plain = await searchPlain(key, text, followed(true));
      const [best, plainBest] = [after.hypotheses[0], plain.hypotheses[0]];
      const delta = (best?.logProbability ?? Number.NaN) - (plainBest?.logProbability ?? Number.NaN);
      return { sourceTokens, ...after, without: { ...plain, delta, unchanged } };
    },
    close,
  };
}

/** @throws ERR_USAGE for a model that does not write. */
function writerOf(of: Inspected, options: WriterOptions): Writer {
  if (of.task === "translate") return translatorWriter(of, options);
  if (of.task === "generate") return languageModelWriter(of, options);
  throw heedError("ERR_USAGE", {
    where: "decoding",
    cause: "a classifier writes nothing",
    remedy: "use openInspector",
  });
}

/** @throws ERR_USAGE for a tap that has no numbers to change. */
function changeablePath(path: string, taps: Writer["taps"]["read"]): string {
  const { dtype } = taps.get(path) ?? {};
  if (dtype && isFloat(dtype)) return path;
  const cause = `holds ${dtype} numbers, which cannot be changed`;
  throw heedError("ERR_USAGE", { where: path, cause, remedy: "change the source or the prefix" });
}

/** @throws ERR_USAGE for a word or a piece that is not in the vocabulary. */
function prefixIds(prefix: string | readonly (number | string)[], { tokenizer }: Writer): number[] {
  const refuse = (cause: string): never => {
    throw heedError("ERR_USAGE", { where: "prefix", cause });
  };
  if (typeof prefix === "string") {
    const ids = bareIds(tokenizer, prefix);
    if (ids.includes(tokenizer.special.unk)) refuse(`"${prefix}" has a word that is not in the vocabulary`);
    return ids;
  }
  return prefix.map((token) => {
    const id = typeof token === "number" ? token : tokenizer.id(token);
    if (id !== undefined && Number.isInteger(id) && id >= 0 && id < tokenizer.size) return id;
    return refuse(`there is no token ${JSON.stringify(token)} in the vocabulary`);
  });
}

function checkListed(listed: number): void {
  if (Number.isInteger(listed) && listed >= 1) return;
  throw heedError("ERR_USAGE", { where: "listed", cause: `${listed} is not a whole number from 1` });
}

/** The trace is that of one search, and several draws would be several. */
function refuseSeveralDraws({ sample, best = 1 }: WritingSettings): void {
  if (!sample || best === 1) return;
  const remedy = "draw one at a time, with other seeds";
  throw heedError("ERR_USAGE", { where: "best", cause: "one text is drawn", remedy });
}

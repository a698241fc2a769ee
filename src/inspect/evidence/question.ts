import { heedError } from "../../errors.ts";
import { matchTaps } from "../../nn/match-taps.ts";
import type { Inspector } from "../looking/inspector.ts";
import type { Intervention } from "../looking/intervention.ts";
import type { Batches, Reading, VariantRead } from "../looking/look-batch.ts";
import type { EncodedExample, Example } from "../looking/subject.ts";
import type { HostFeeds, Variant } from "../looking/variant.ts";
import { type EvidenceKind, evidenceNames } from "./kinds.ts";

export interface EvidenceOptions {
  /** Any attention: `decoder.1.cross`, `encoder.0.attention`, `layers.2.attention`. */
  readonly place: string;
  /** A head of it, from 0, of measures that have heads. Default: the mean over heads; of `outputNorms`, their sum. */
  readonly head?: number;
  /** The token to explain, by its id: one for all places, or one for each. Default: the expected one. */
  readonly of?: number | ArrayLike<number>;
  /** Why that token and not this one? Its log probability is taken off. */
  readonly against?: number | ArrayLike<number>;
  /** Points of the path from nothing to the embeddings, for integrated gradients. Default 16. */
  readonly steps?: number;
  /**
   * Changes of the model: the evidence is that of the changed one. They belong to the tokens of the whole example: when one
   * is left out, what is done to the others moves up with them.
   */
  readonly intervene?: readonly Intervention[];
}

/** What is asked about one attention matrix, and how the model is called to answer. */
export interface Question {
  readonly batches: Batches;
  readonly paths: readonly string[];
  readonly options: EvidenceOptions;
  /** The weights' path, and their sizes. */
  readonly weights: string;
  readonly heads: number;
  readonly rows: number;
  readonly columns: number;
  /** Whether a token is written at each row. If not, a row is a state on the way to the answer. */
  readonly isWritten: boolean;
  /** The tap of the states that come out of the layer of this attention: [rows, dim]. */
  readonly states: string;
  /** The tap of the columns' embeddings: [columns, dim]. */
  readonly embedding: string;
  /** The inputs along the columns: their ids, and their mask if they have one. */
  readonly columnInputs: readonly string[];
  /** The model, changed as it was asked for and no further, and what is explained. */
  readonly plain: Variant;
}

/**
 * @throws ERR_GRAPH for a place without attention, naming similar ones; ERR_USAGE for a head or tokens that do not fit, or
 *   for `of` and `against` where a kind has no contrastive form.
 */
export async function questionOf(
  look: Inspector,
  example: Example | EncodedExample,
  kind: EvidenceKind,
  options: EvidenceOptions,
): Promise<Question> {
  const { place } = options;
  const { batches, paths } = look;
  const encoded =
    typeof example.source === "string" ? look.encode(example as Example) : (example as EncodedExample);
  const weights = pathOfWeights(place, paths);
  const expectedIds = batches.subject.expected(encoded);
  if (expectedIds.length === 0 || encoded.source.length === 0)
    throw heedError("ERR_DATA", { where: "evidence", cause: "the example has nothing to read" });
  const tokens = batches.subject.tokens(weights, encoded);
  const [rows, columns] = [tokens.rows.reads.length, tokens.columns.reads.length];
  const isWritten = tokens.rows.writes !== undefined;
  refuseContrast(kind, options, isWritten);
  const layer = place.slice(0, Math.max(0, place.lastIndexOf(".")));
  const feeds = batches.subject.feeds(encoded) as HostFeeds;
  const given = batches.givenBy(options.intervene ?? []);
  const side = columnSide(place, Object.keys(feeds));
  const { heads, expected } = await firstRead(
    batches,
    { feeds, given, of: expectedIds },
    weights,
    rows * columns,
  );
  const { head } = options;
  if (head !== undefined && !(Number.isInteger(head) && head >= 0 && head < heads))
    throw heedError("ERR_USAGE", { where: place, cause: `has heads 0 to ${heads - 1}, not ${head}` });
  const against = idsOf("against", options.against, expected.length);
  return {
    batches,
    paths,
    options,
    weights,
    heads,
    rows,
    columns,
    isWritten,
    states: `${layer}.states`,
    ...side,
    plain: { feeds, given, of: idsOf("of", options.of, expected.length) ?? expected, against },
  };
}

/** @throws ERR_GRAPH where there is none, naming similar ones; ERR_USAGE for a pattern. */
function pathOfWeights(place: string, paths: readonly string[]): string {
  const path = `${place}.weights` as const;
  if (paths.includes(path)) return path;
  matchTaps(new Map(paths.map((each) => [each, undefined as never])), path);
  throw refused(place, "is a pattern", "name one place");
}

const refused = (where: string, cause: string, remedy?: string): Error =>
  heedError("ERR_USAGE", { where, cause, ...(remedy ? { remedy } : {}) });

function refuseContrast(
  kind: EvidenceKind,
  { of, against, place }: EvidenceOptions,
  isWritten: boolean,
): void {
  if (of === undefined && against === undefined) return;
  const { contrast } = evidenceNames[kind];
  if (contrast === "never")
    throw refused(kind, "is the same whatever token is explained", "leave out `of` and `against`");
  if (contrast === "written" && !isWritten)
    throw refused(
      kind,
      `explains states at ${place}, where no token is written`,
      "leave out `of` and `against`",
    );
}

/** The inputs and the embedding of the tokens that an attention reads from. */
function columnSide(place: string, inputs: readonly string[]): Pick<Question, "embedding" | "columnInputs"> {
  if (inputs.includes("text")) return { embedding: "input.embedding", columnInputs: inputs };
  return place.startsWith("encoder.") || place.endsWith(".cross")
    ? { embedding: "encoder.input.embedding", columnInputs: ["source", "sourceMask"] }
    : { embedding: "decoder.input.embedding", columnInputs: ["target"] };
}

/** The number of heads, and the expected ids; where there is none, as without a label, the likeliest. */
async function firstRead(
  batches: Batches,
  plain: Variant,
  weights: string,
  perHead: number,
): Promise<{ heads: number; expected: Int32Array }> {
  const known = { ...plain, of: plain.of.map((id) => Math.max(0, id)) };
  const [read] = await batches.read([known], { taps: [weights] });
  return {
    heads: (read?.taps.get(weights)?.length ?? 0) / perHead,
    expected: plain.of.map((id, i) => (id < 0 ? Number(read?.likeliest[i]) : id)),
  };
}

function idsOf(
  option: "of" | "against",
  given: number | ArrayLike<number> | undefined,
  places: number,
): Int32Array | undefined {
  if (given === undefined) return undefined;
  if (typeof given === "number") return new Int32Array(places).fill(given);
  if (given.length === places) return Int32Array.from(given);
  throw refused(option, `has ${given.length} tokens for ${places} places`, "give one, or one for each place");
}

/** The model without changes that are a measure's own. */
export const readPlain = async ({ batches, plain }: Question, reading: Reading): Promise<VariantRead> =>
  (await batches.read([plain], reading))[0] as VariantRead;

/** What is explained, at each place of each variant: ln p(of), less ln p(against) if there is one. */
export async function outputsOf(
  { batches }: Question,
  variants: readonly Variant[],
): Promise<(readonly number[])[]> {
  const of = await batches.read(variants, {});
  if (variants.every(({ against }) => against === undefined))
    return of.map(({ logProbabilities }) => Array.from(logProbabilities));
  const turned = variants.map((variant) => ({ ...variant, of: variant.against ?? variant.of }));
  const against = await batches.read(turned, {});
  return of.map(({ logProbabilities }, i) =>
    Array.from(logProbabilities, (value, at) => value - (against[i]?.logProbabilities[at] as number)),
  );
}

/** A share of 1 for one place. */
export const only = (place: number, places: number): Float32Array =>
  Float32Array.from({ length: places }, (_, at) => (at === place ? 1 : 0));

/** `count` vectors of equal size, one after the other. */
export function vectorsOf(data: Float32Array, count: number): Float32Array[] {
  const size = data.length / count;
  return Array.from({ length: count }, (_, i) => data.subarray(i * size, (i + 1) * size));
}

import { heedError } from "../../errors.ts";
import type { HostFeeds, Variant } from "../looking/variant.ts";
import type { Matrix } from "../matrix.ts";
import { outputsOf, type Question } from "./question.ts";
import { turns } from "./value-zeroing.ts";
import { matrixOf } from "./weights.ts";

/**
 * What changes when token j is not there: the truth that the other kinds are to agree with.
 *
 * - Cross-attention: the source is read without token j; by how much what is explained falls.
 * - Self-attention where tokens are written: the prefix is read without token j, so later ones move up by one place; a row
 *   before token j does not see it and has 0.
 * - Self-attention where none are: `<unk>` stands in for token j, because row j must stay; 1 - cos of the state of row i
 *   before and after.
 *
 * `<unk>` also stands in for the only token that is read.
 *
 * @throws ERR_USAGE for a change of the model at a place of the prefix, because a row is computed at another place than its
 *   own when the token before it is left out.
 */
export async function leaveOneOut(question: Question): Promise<Matrix> {
  if (!question.isWritten) return stateWithout(question);
  return question.options.place.endsWith(".cross") ? withoutSource(question) : withoutPrefix(question);
}

async function withoutSource(question: Question): Promise<Matrix> {
  const { plain, rows, columns } = question;
  const left = (j: number): Pick<Variant, "feeds" | "shortened"> =>
    columns > 1 ? withoutToken(question, j) : { feeds: withUnknown(question, j, plain.feeds) };
  // Lengths differ, so the whole sentence is a run of its own.
  const [whole = []] = await outputsOf(question, [plain]);
  const variants = Array.from({ length: columns }, (_, j) => ({ ...plain, ...left(j) }));
  const without = await outputsOf(question, variants);
  return matrixOf(rows, columns, (i, j) => (whole[i] as number) - (without[j]?.[i] as number));
}

async function withoutPrefix(question: Question): Promise<Matrix> {
  const { plain, rows, columns } = question;
  refusePlaced(question);
  const unread = { ...plain, feeds: withUnknown(question, 0, plain.feeds) };
  const [whole = [], first = []] = await outputsOf(question, [plain, unread]);
  // Without token j, row i ≥ j is at place i - 1. That place was row j - 1's for i = j, which does not see j anyway.
  const moved = (ids: Int32Array, j: number): Int32Array => ids.filter((_, i) => i !== Math.max(0, j - 1));
  const variants: Variant[] = Array.from({ length: columns > 1 ? columns : 0 }, (_, j) => ({
    ...plain,
    ...withoutToken(question, j),
    of: moved(plain.of, j),
    against: plain.against && moved(plain.against, j),
  }));
  const without = variants.length > 0 ? await outputsOf(question, variants) : [];
  return matrixOf(rows, columns, (i, j) => {
    if (i < j) return 0;
    const rest = i === 0 ? first[0] : without[j]?.[i - 1];
    return (whole[i] as number) - (rest as number);
  });
}

async function stateWithout(question: Question): Promise<Matrix> {
  const { batches, plain, states, columns } = question;
  const variants = Array.from({ length: columns }, (_, j) => ({
    ...plain,
    feeds: withUnknown(question, j, plain.feeds),
  }));
  const read = await batches.read([plain, ...variants], { taps: [states] });
  return turns(
    question,
    read.map(({ taps }) => taps.get(states) as Float32Array),
  );
}

/** @throws ERR_USAGE for a change of the model that is another one at some places of the prefix. */
function refusePlaced({ batches, plain, columnInputs, options: { place } }: Question): void {
  const path = batches.placedTap(plain.given ?? new Map(), plain.feeds, sizeOf(columnInputs));
  if (path === undefined) return;
  throw heedError("ERR_USAGE", {
    where: path,
    cause: `is changed at single places, and tokens that ${place} reads are left out one by one`,
    remedy: "change all rows, or ask for another kind of evidence",
  });
}

/** The symbol of the columns' length. */
const sizeOf = ([name = ""]: readonly string[]): string => (name === "text" ? "time" : name);

/** The inputs along the columns, one place shorter. */
function withoutToken(
  { plain: { feeds }, columnInputs }: Question,
  j: number,
): Pick<Variant, "feeds" | "shortened"> {
  const shorter = columnInputs.map((name) => {
    const { shape, data } = feeds[name] as HostFeeds[string];
    return [name, { shape: [1, (shape[1] as number) - 1], data: data.filter((_, i) => i !== j) }] as const;
  });
  return {
    feeds: { ...feeds, ...Object.fromEntries(shorter) },
    shortened: { size: sizeOf(columnInputs), at: j },
  };
}

/** The inputs along the columns with `<unk>` at one place. */
function withUnknown({ batches, columnInputs }: Question, j: number, feeds: HostFeeds): HostFeeds {
  const [name = ""] = columnInputs;
  const { inspected } = batches;
  const { special } =
    inspected.task === "translate"
      ? inspected.tokenizers[name === "source" ? "source" : "target"]
      : inspected.tokenizer;
  const { shape, data } = feeds[name] as HostFeeds[string];
  return { ...feeds, [name]: { shape, data: data.map((id, i) => (i === j ? special.unk : id)) } };
}

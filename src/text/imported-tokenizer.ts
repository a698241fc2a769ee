/** Tokenizers from elsewhere, run by `@huggingface/tokenizers` behind Heed's own interface. */

import { Tokenizer as Pipeline } from "@huggingface/tokenizers";
import { heedError } from "../errors.ts";
import { checkTokenizer } from "./imported-parts.ts";
import type { SpecialIds } from "./layout.ts";
import { metaspace } from "./normalize.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** What a model adds to its tokenizer.json: config.json knows it, and an imported run keeps it in a file. */
export interface TokenizerIds extends SpecialIds {
  /** Rows of the model's embedding; there may be more than pieces. */
  readonly size: number;
  /** Whether `encode` adds `eos`, which the file's own post-processor does not. */
  readonly addsEnd: boolean;
  /** Whether `decode` removes spaces before punctuation, as tokenizer_config.json may ask. */
  readonly cleansUp: boolean;
}

/**
 * The tokenizer of any tokenizer.json whose parts are known to be safe. Unlike in a vocabulary of Heed's own, a special
 * token spelled out in a text is read as that token, as in Python's transformers.
 *
 * @param json  The parsed file; untrusted.
 * @throws ERR_MODEL naming the first fault found.
 */
export function importedTokenizer(json: unknown, ids: TokenizerIds, where = "tokenizer.json"): Tokenizer {
  const { size, addsEnd, cleansUp, ...special } = ids;
  const checked = checkTokenizer(json, size, where);
  for (const [name, id] of Object.entries(special) as [string, number][]) {
    if (Number.isInteger(id) && id >= 0 && id < size) continue;
    throw heedError("ERR_MODEL", {
      where,
      cause: `${name} has id ${id}; the model has ids 0 to ${size - 1}`,
    });
  }
  const { pieces } = checked;
  const pipeline = openPipeline(checked.json, pieces.get(special.unk), where);
  const { eos } = special;
  const idOf = new Map(Array.from(pieces, ([id, piece]) => [piece, id]));
  // As in Python, which drops what the file calls special, an unknown token among them.
  const dropped = new Set([...checked.special, special.pad, special.bos, eos]);
  const begins = wordBeginnings(checked.json);
  const token = (id: number): string => {
    if (Number.isInteger(id) && id >= 0 && id < size) return pieces.get(id) ?? `<unused ${id}>`;
    const problem = `id ${id} is not in the vocabulary of ${size} pieces`;
    throw heedError("ERR_SHAPE", { operation: "tokenizer", problem });
  };
  const idsOfText = (text: string, isWhole: boolean): number[] => {
    const options = { add_special_tokens: isWhole };
    const encoded = guarded(where, () => pipeline.encode(text.replace(unpaired, "\ufffd"), options).ids);
    return encoded.map((id: number | undefined) => id ?? special.unk);
  };
  const encode = (text: string): number[] =>
    addsEnd ? [...idsOfText(text, true), eos] : idsOfText(text, true);
  return {
    kind: "imported",
    size,
    special,
    normalize: (text) => text.replace(unpaired, "\ufffd"),
    encode,
    bare: (text) => idsOfText(text, false),
    written(text) {
      if (special.first !== undefined) return [special.first, ...idsOfText(text, false), eos];
      // What follows the end, such as a token for a language, is for the source.
      const whole = encode(text);
      const end = whole.lastIndexOf(eos);
      return end < 0 ? [...whole, eos] : whole.slice(0, end + 1);
    },
    decode(sequence) {
      const kept = Array.from(sequence).filter((id) => token(id) !== undefined && !dropped.has(id));
      const written = kept.filter((id) => pieces.has(id));
      const options = { clean_up_tokenization_spaces: cleansUp };
      return written.length === 0 ? "" : guarded(where, () => pipeline.decode(written, options));
    },
    token,
    id: (piece) => idOf.get(piece),
    toJSON: () => checked.json,
    ids: { ...ids },
    silent: dropped,
    beginsWord: (id) => begins(token(id)),
    keepsLines: addsEnd,
    cleansUp,
  };
}

const unpaired = /\p{Surrogate}/gu;

/** Opens the pipeline, and runs it once: a part may be of a known type and yet lack what it needs. */
function openPipeline(json: object, unknown: string | undefined, where: string): Pipeline {
  return guarded(where, () => {
    const pipeline = new Pipeline(json, unknown === undefined ? {} : { unk_token: unknown });
    pipeline.decode(pipeline.encode("a B").ids.concat(0));
    return pipeline;
  });
}

/** Runs a part of the library, whose own errors do not say what is wrong with the file. @throws ERR_MODEL */
function guarded<T>(where: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    const problem = `cannot be run (${String((cause as Error).message).slice(0, 120)})`;
    throw heedError("ERR_MODEL", { where, cause: problem }, cause);
  }
}

/** Whether a piece begins a word: "▁the", "Ġthe", or, where pieces that continue a word are marked, any without "##". */
function wordBeginnings({
  model,
  pre_tokenizer: before,
}: Readonly<Record<string, unknown>>): (piece: string) => boolean {
  const { type, continuing_subword_prefix: prefix } = model as Record<string, unknown>;
  if (type === "WordPiece") {
    const mark = typeof prefix === "string" ? prefix : "##";
    return (piece) => !piece.startsWith(mark);
  }
  const isByteLevel = JSON.stringify(before ?? null).includes('"ByteLevel"');
  const mark = isByteLevel ? "Ġ" : metaspace;
  return (piece) => piece.startsWith(mark);
}

/**
 * The tokenizer.json that Heed writes and reads: every part but the vocabulary is one of few known shapes,
 * because a regular expression out of a file may backtrack for ever.
 */

import { metaspace, wordPattern } from "./normalize.ts";

/** The ids with a meaning of their own. The trainer gives them 0, 1, 2 and 3. */
export interface SpecialIds {
  /** Fills a batch up to its longest row; never predicted. */
  readonly pad: number;
  /** Stands for a word outside a word vocabulary; the other kinds fall back to bytes and never need it. */
  readonly unk: number;
  /** Begins a sentence that is being written. */
  readonly bos: number;
  /** Ends every encoded sentence. */
  readonly eos: number;
}

/** How the special ids are spelled. */
export const specialTokens = { pad: "<pad>", unk: "<unk>", bos: "<s>", eos: "</s>" } as const;

/** Where a text has an unknown word: U+2047, as SentencePiece writes it. NFKC takes it apart, so no text spells it. */
export const unknownSign = "⁇";
/** A word right after the sign, which stands apart from words. Its flags are those of JavaScript's reader of the file. */
const signBeforeWord = `${unknownSign}(?=[\\p{L}\\p{M}\\p{N}])`;
const signsBeforeWords = new RegExp(signBeforeWord, "gu");
export const setSignsApart = (text: string): string => text.replace(signsBeforeWords, `${unknownSign} `);

/** What, besides vocabulary and merges, tells one known tokenizer.json from another. */
export interface TokenizerLayout {
  readonly model: "BPE" | "WordLevel";
  readonly lowercase: boolean;
  /** Characters outside the vocabulary become their UTF-8 bytes, `<0x00>` to `<0xFF>`. */
  readonly byteFallback: boolean;
}

export interface AddedTokenJson {
  readonly id: number;
  readonly content: string;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
  readonly special: boolean;
}

export interface BpeModelJson {
  readonly type: "BPE";
  readonly dropout: null;
  readonly unk_token: string;
  readonly continuing_subword_prefix: null;
  readonly end_of_word_suffix: null;
  readonly fuse_unk: boolean;
  readonly byte_fallback: boolean;
  readonly ignore_merges: boolean;
  readonly vocab: Readonly<Record<string, number>>;
  readonly merges: readonly (readonly [string, string])[];
}

export interface WordLevelModelJson {
  readonly type: "WordLevel";
  readonly vocab: Readonly<Record<string, number>>;
  readonly unk_token: string;
}

/** A part that is configuration only: normalizer, pre_tokenizer, post_processor, decoder. */
export interface PartJson {
  readonly type: string;
  readonly [key: string]: unknown;
}

export interface TokenizerJson {
  readonly version: "1.0";
  readonly truncation: null;
  readonly padding: null;
  readonly added_tokens: readonly AddedTokenJson[];
  readonly normalizer: PartJson;
  readonly pre_tokenizer: PartJson;
  readonly post_processor: PartJson;
  readonly decoder: PartJson;
  readonly model: BpeModelJson | WordLevelModelJson;
}

const replace = (pattern: { String: string } | { Regex: string }, content: string): PartJson => ({
  type: "Replace",
  pattern,
  content,
});

/** `normalize` in the words of tokenizer.json. */
export function normalizerJson(lowercase: boolean): PartJson {
  const lower = [replace({ String: "Σ" }, "σ"), { type: "Lowercase" }, { type: "NFKC" }];
  return {
    type: "Sequence",
    normalizers: [
      replace({ String: "\ufeff" }, ""),
      replace({ String: metaspace }, " "),
      { type: "NFKC" },
      ...(lowercase ? lower : []),
      replace({ Regex: "\\s+" }, " "),
      { type: "Strip", strip_left: true, strip_right: true },
    ],
  };
}

const metaspaceJson: PartJson = {
  type: "Metaspace",
  replacement: metaspace,
  prepend_scheme: "always",
  split: true,
};

export function preTokenizerJson({ model }: TokenizerLayout): PartJson {
  if (model === "BPE") return metaspaceJson;
  const split = { type: "Split", pattern: { Regex: wordPattern }, behavior: "Isolated", invert: false };
  return { type: "Sequence", pretokenizers: [metaspaceJson, split] };
}

/**
 * Not the Metaspace decoder: that one strips the metaspace of the first piece before bytes are read, so that
 * a text "<0x41>" in one piece would decode to "A".
 *
 * Up to Fuse each step sees one piece. Special pieces are dropped here and not by `skip_special_tokens`, which would need
 * them declared as added tokens: then "</s>" typed by a user would be read as the end of the sentence.
 */
export function decoderJson({ byteFallback }: TokenizerLayout): PartJson {
  const { pad, unk, bos, eos } = specialTokens;
  return {
    type: "Sequence",
    decoders: [
      replace({ Regex: `^(${pad}|${bos}|${eos})$` }, ""),
      replace({ Regex: `^${unk}$` }, ` ${unknownSign}`),
      replace({ String: metaspace }, " "),
      ...(byteFallback ? [{ type: "ByteFallback" }] : []),
      { type: "Fuse" },
      replace({ Regex: signBeforeWord }, `${unknownSign} `),
      { type: "Strip", content: " ", start: 1, stop: 0 },
    ],
  };
}

/** What Heed wrote before it read specials as text everywhere: they were declared, and the reader dropped them all. */
export function formerParts(
  { byteFallback }: TokenizerLayout,
  special: SpecialIds,
): Pick<TokenizerJson, "added_tokens" | "decoder"> {
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const names = ["pad", "unk", "bos", "eos"] as const;
  const decoders = [
    replace({ String: metaspace }, " "),
    ...(byteFallback ? [{ type: "ByteFallback" }] : []),
    { type: "Fuse" },
    { type: "Strip", content: " ", start: 1, stop: 0 },
  ];
  return {
    added_tokens: names
      .map((name) => ({ id: special[name], content: specialTokens[name], ...flags }))
      .sort((left, right) => left.id - right.id),
    decoder: { type: "Sequence", decoders },
  };
}

export function postProcessorJson(special: SpecialIds): PartJson {
  const end = { SpecialToken: { id: specialTokens.eos, type_id: 0 } };
  const sequence = (id: string, type_id: number): object => ({ Sequence: { id, type_id } });
  return {
    type: "TemplateProcessing",
    single: [sequence("A", 0), end],
    pair: [sequence("A", 0), end, sequence("B", 0), end],
    special_tokens: {
      [specialTokens.eos]: { id: specialTokens.eos, ids: [special.eos], tokens: [specialTokens.eos] },
    },
  };
}

/** The whole object, around a vocabulary in order of ids. */
export function tokenizerJson(
  layout: TokenizerLayout,
  special: SpecialIds,
  pieces: readonly string[],
  merges: readonly (readonly [string, string])[],
): TokenizerJson {
  // Without a prototype, so that "__proto__" is a word like any other.
  const vocab: Record<string, number> = Object.create(null);
  for (const [id, piece] of pieces.entries()) vocab[piece] = id;
  const unk_token = specialTokens.unk;
  const bpe: BpeModelJson = {
    type: "BPE",
    dropout: null,
    unk_token,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: layout.byteFallback,
    ignore_merges: false,
    vocab,
    merges,
  };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: normalizerJson(layout.lowercase),
    pre_tokenizer: preTokenizerJson(layout),
    post_processor: postProcessorJson(special),
    decoder: decoderJson(layout),
    model: layout.model === "BPE" ? bpe : { type: "WordLevel", vocab, unk_token },
  };
}

/**
 * The tokenizer_config.json to save beside it: without it `@huggingface/tokenizers` leaves holes for unknown
 * words (unk_token) and removes the space before punctuation (clean_up_tokenization_spaces), and Python's
 * transformers, which declare these tokens themselves, read a typed "</s>" as one (split_special_tokens).
 */
export function tokenizerConfigJson(): Readonly<Record<string, unknown>> {
  const { pad, unk, bos, eos } = specialTokens;
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    pad_token: pad,
    unk_token: unk,
    bos_token: bos,
    eos_token: eos,
    clean_up_tokenization_spaces: false,
    split_special_tokens: true,
  };
}

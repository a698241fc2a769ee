/**
 * The tokenizer.json that Heed writes and reads: every part but the vocabulary is one of a few known shapes, because a
 * regular expression from a file might backtrack forever.
 */

import { metaspace, wordPattern } from "./normalize.ts";

/** The ids of the special tokens. The trainer assigns 0, 1, 2 and 3. */
export interface SpecialIds {
  /** Pads the rows of a batch to equal length; never predicted. */
  readonly pad: number;
  /** Replaces a word that a word vocabulary lacks; other kinds fall back to bytes and never need it. */
  readonly unk: number;
  /** Begins every sentence that a model writes. */
  readonly bos: number;
  /** Ends every encoded sentence. */
  readonly eos: number;
  /** The token that every text of some imported translators begins with, such as the one of its language. */
  readonly first?: number;
}

/** The spelling of the special tokens. */
export const specialTokens = { pad: "<pad>", unk: "<unk>", bos: "<s>", eos: "</s>" } as const;

/** Marks an unknown word: U+2047, as in SentencePiece. NFKC decomposes it, so no normalised text contains it. */
export const unknownSign = "⁇";
/** The sign directly before a word, where a space belongs. The flags are those `@huggingface/tokenizers` uses. */
const signBeforeWord = `${unknownSign}(?=[\\p{L}\\p{M}\\p{N}])`;
const signsBeforeWords = new RegExp(signBeforeWord, "gu");
export const setSignsApart = (text: string): string => text.replace(signsBeforeWords, `${unknownSign} `);

/** What varies between the tokenizer.json files that Heed knows, besides vocabulary and merges. */
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

/** A part that is pure configuration: normalizer, pre_tokenizer, post_processor, decoder. */
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

/** `normalize` as tokenizer.json expresses it. */
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
 * The decoder. Not Metaspace, which strips the metaspace of the first piece before bytes are decoded, so that a text
 * "<0x41>" in one piece would decode to "A".
 *
 * Up to Fuse each step sees one piece. Special pieces are dropped here instead of by `skip_special_tokens`, which needs
 * them declared as added tokens: "</s>" typed by a user would then be read as the end of the sentence.
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

/** The parts that earlier versions wrote: special tokens were declared as added tokens, and readers dropped them. */
export function legacyParts(
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

/** The whole object for a vocabulary in order of ids. */
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

/** The piece that stands for </s> in the tokenizer.json of a language model. */
export const lineBreak = "\n";

/**
 * The tokenizer.json of a language model for other readers. Heed reads a text line by line, each ending with </s>; they
 * read it at once. So </s> is spelled as the line break that it stands for, nothing is added at the end of a text, and the
 * space that begins a line's first piece is dropped.
 */
export function linesTokenizerJson(json: TokenizerJson, { eos }: SpecialIds): object {
  const vocab: Record<string, number> = Object.create(null);
  for (const [piece, id] of Object.entries(json.model.vocab)) vocab[id === eos ? lineBreak : piece] = id;
  return { ...json, ...linesParts(layoutOf(json), eos), model: { ...json.model, vocab } };
}

/** The parts in which that file differs from those of other tasks. */
export function linesParts(
  layout: TokenizerLayout,
  eos: number,
): Pick<TokenizerJson, "added_tokens" | "post_processor" | "decoder"> {
  const { pad, bos } = specialTokens;
  const [, ...steps] = decoderJson(layout).decoders as readonly PartJson[];
  const afterFuse = steps.findIndex(({ type }) => type === "Fuse") + 1;
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: false };
  const sequence = (id: string, type_id: number): object => ({ Sequence: { id, type_id } });
  return {
    added_tokens: [{ id: eos, content: lineBreak, ...flags }],
    post_processor: {
      type: "TemplateProcessing",
      single: [sequence("A", 0)],
      pair: [sequence("A", 0), sequence("B", 0)],
      special_tokens: {},
    },
    decoder: {
      type: "Sequence",
      decoders: [
        replace({ Regex: `^(${pad}|${bos})$` }, ""),
        ...steps.slice(0, afterFuse),
        replace({ String: `${lineBreak} ` }, lineBreak),
        ...steps.slice(afterFuse),
      ],
    },
  };
}

/** The layout of a file that `tokenizerJson` made. */
const layoutOf = ({ model, normalizer }: TokenizerJson): TokenizerLayout => ({
  model: model.type,
  lowercase: JSON.stringify(normalizer) === JSON.stringify(normalizerJson(true)),
  byteFallback: model.type === "BPE" && model.byte_fallback,
});

/**
 * The tokenizer_config.json to save beside it. Without it `@huggingface/tokenizers` leaves holes for unknown words
 * (unk_token) and removes the space before punctuation (clean_up_tokenization_spaces), and Python's transformers,
 * which declares these tokens itself, reads a typed "</s>" as the special token (split_special_tokens).
 *
 * @param isLines  For `linesTokenizerJson`, which has no </s>. Default false.
 */
export function tokenizerConfigJson(isLines = false): Readonly<Record<string, unknown>> {
  const { pad, unk, bos, eos } = specialTokens;
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    pad_token: pad,
    unk_token: unk,
    bos_token: bos,
    ...(isLines ? {} : { eos_token: eos }),
    clean_up_tokenization_spaces: false,
    split_special_tokens: true,
  };
}

/** What a person chooses to train, as a configuration that `heed train` reads as well. */

import type { Ablation } from "heed/models";
import { ablations } from "heed/models";

/** What is learned from: the phrasebook or other sentence pairs, for a translator; or a plain text, for a language model. */
export const corpusNames = ["phrasebook", "pairs", "text"] as const;
export type CorpusName = (typeof corpusNames)[number];

/** The ladder: each rung is what the one before lacked. */
export const rungNames = ["lstm", "gru", "attention", "transformer"] as const;
export type RungName = (typeof rungNames)[number];

export const sizeNames = ["tiny", "small", "medium"] as const;
export type SizeName = (typeof sizeNames)[number];

export interface Setup {
  readonly corpus: CorpusName;
  /** A person's own pairs, as tab-separated lines, or their own text; not read for the phrasebook. */
  readonly own: string;
  readonly rung: RungName;
  readonly size: SizeName;
  /** Parts that a Transformer learns without. */
  readonly without: readonly Ablation[];
  /** Whether a head is taught the phrasebook's known word links. */
  readonly guided: boolean;
  /** Updates. */
  readonly steps: number;
  /** A sentence, or the beginning of a text, to watch beside those of the corpus; may be empty. */
  readonly sentence: string;
}

/** What is chosen until a person chooses otherwise. `bench/studio/train-in-page.ts` measures what it comes to. */
export const firstSetup: Setup = {
  corpus: "phrasebook",
  own: "",
  rung: "transformer",
  size: "medium",
  without: [],
  guided: false,
  steps: 1000,
  sentence: "",
};

export const removableParts = ablations;

const widths: Readonly<Record<SizeName, number>> = { tiny: 32, small: 64, medium: 96 };

type Chosen = Pick<Setup, "corpus" | "rung" | "without">;

/** The rungs for a corpus: a language model has no other sentence to attend to. */
export const rungsFor = (corpus: CorpusName): readonly RungName[] =>
  corpus === "text" ? rungNames.filter((name) => name !== "attention") : rungNames;

/** The rung that is trained. */
export const rungOf = ({ corpus, rung }: Pick<Setup, "corpus" | "rung">): RungName =>
  rungsFor(corpus).includes(rung) ? rung : "transformer";

/** Whether a setup has attention whose weights it learns. */
export const attends = (setup: Chosen): boolean =>
  rungOf(setup) === "attention" || (rungOf(setup) === "transformer" && !setup.without.includes("attention"));

/** Whether the links of the phrasebook can be taught. */
export const canBeGuided = (setup: Chosen): boolean => setup.corpus === "phrasebook" && attends(setup);

/** Whether what a setup trains can be exported for transformers.js. */
export const isExportable = (setup: Chosen): boolean =>
  setup.corpus !== "text" && rungOf(setup) === "transformer" && setup.without.length === 0;

function modelOf(setup: Setup, dropout: number): string {
  const { size, without } = setup;
  const rung = rungOf(setup);
  const width = widths[size];
  const cell = (kind: string, attention: string): string =>
    `{ kind: ${kind}, layers: 1, dModel: ${width}, hidden: ${2 * width}, attention: ${attention}, bidirectional: ${attention !== "none"}, dropout: ${dropout}, maxLength: 128 }`;
  switch (rung) {
    case "lstm":
      return cell("lstm", "none");
    case "gru":
      return cell("gru", "none");
    case "attention":
      return cell("gru", "additive");
    case "transformer":
      return `{ layers: 2, dModel: ${width}, heads: 4, feedForward: ${2 * width}, dropout: ${dropout}, norm: pre, without: [${without.join(", ")}], maxLength: 128 }`;
  }
}

/** The names that the configuration gives to what is learned from, and to what is held out. */
export const fileNames = {
  pairs: { train: "train.tsv", valid: "valid.tsv" },
  text: { train: "train.txt", valid: "valid.txt" },
} as const;

/** Tokens that a language model looks back on. */
const CONTEXT = 64;

/** The configuration of a setup, as YAML. */
export const configText = (setup: Setup): string =>
  setup.corpus === "text" ? languageConfig(setup) : translationConfig(setup);

/** Of a text shorter than this, in characters, a large vocabulary is not learned. */
const SHORT_TEXT = 200_000;

function languageConfig(setup: Setup): string {
  const { train, valid } = fileNames.text;
  const rung = rungOf(setup);
  const width = widths[setup.size];
  const model =
    rung === "transformer"
      ? `{ layers: 2, dModel: ${width}, heads: 4, feedForward: ${2 * width}, dropout: 0.1, norm: pre, without: [${setup.without.join(", ")}] }`
      : `{ kind: ${rung}, layers: 1, dModel: ${width}, hidden: ${2 * width}, dropout: 0.1 }`;
  return `task: generate
seed: 1
data: { train: { text: ${train} }, valid: { text: ${valid} }, context: ${CONTEXT} }
tokenizer: { kind: bpe, vocab: ${setup.own.length < SHORT_TEXT ? 500 : 1500} }
model: ${model}
${trainingOf(setup)}`;
}

/** A narrow Transformer stands, and is faster with, a higher rate. */
function rateOf(setup: Setup): string {
  if (rungOf(setup) !== "transformer") return "4.0e-3";
  return setup.corpus === "phrasebook" && setup.size !== "medium" ? "8.0e-3" : "6.0e-3";
}

const trainingOf = (setup: Setup): string => `training:
  batchTokens: 1024
  steps: ${setup.steps}
  epochs: 1000
  learningRate: ${rateOf(setup)}
  schedule: cosine
  warmup: ${Math.min(100, Math.ceil(setup.steps / 10))}
  validateEvery: ${Math.max(25, Math.round(setup.steps / 4))}
  average: 0
`;

function translationConfig(setup: Setup): string {
  const { corpus, guided } = setup;
  const { train, valid } = fileNames.pairs;
  const data =
    corpus === "phrasebook"
      ? "{ train: { corpus: phrasebook }, valid: { corpus: phrasebook } }"
      : `{ train: { pairs: ${train} }, valid: { pairs: ${valid} } }`;
  const guidance =
    guided && canBeGuided(setup)
      ? "  guidedAlignment: { links: phrasebook, weight: 0.5, layer: last, head: 1 }\n"
      : "";
  return `seed: 1
data: ${data}
tokenizer: { kind: bpe, vocab: 1500 }
model: ${modelOf(setup, corpus === "phrasebook" ? 0 : 0.1)}
${trainingOf(setup)}  validBleu: 100
${guidance}decoding: { beam: 4, alpha: 0.6 }
`;
}

/** What a person chooses to train, as a configuration that `heed train` reads as well. */

import type { Ablation } from "heed/models";
import { ablations } from "heed/models";

/** The ladder: each rung is what the one before lacked. */
export const rungNames = ["lstm", "gru", "attention", "transformer"] as const;
export type RungName = (typeof rungNames)[number];

export const sizeNames = ["tiny", "small", "medium"] as const;
export type SizeName = (typeof sizeNames)[number];

export interface Setup {
  /** Tab-separated lines, a sentence and its translation; undefined for the phrasebook. */
  readonly pairs?: string | undefined;
  readonly rung: RungName;
  readonly size: SizeName;
  /** Parts that a Transformer learns without. */
  readonly without: readonly Ablation[];
  /** Whether a head is taught the phrasebook's known word links. */
  readonly guided: boolean;
  /** Updates. */
  readonly steps: number;
  /** A sentence to watch beside those of the corpus; may be empty. */
  readonly sentence: string;
}

/** What is chosen until a person chooses otherwise. */
export const firstSetup: Setup = {
  rung: "transformer",
  size: "small",
  without: [],
  guided: false,
  steps: 1000,
  sentence: "",
};

export const removableParts = ablations;

const widths: Readonly<Record<SizeName, number>> = { tiny: 32, small: 64, medium: 128 };

/** Whether the decoder of a setup attends to its source with weights that it learns. */
export const attends = ({ rung, without }: Pick<Setup, "rung" | "without">): boolean =>
  rung === "attention" || (rung === "transformer" && !without.includes("attention"));

/** Whether the links of the phrasebook can be taught. */
export const canBeGuided = (setup: Pick<Setup, "pairs" | "rung" | "without">): boolean =>
  setup.pairs === undefined && attends(setup);

/** Whether what a setup trains can be exported for transformers.js. */
export const isExportable = ({ rung, without }: Pick<Setup, "rung" | "without">): boolean =>
  rung === "transformer" && without.length === 0;

function modelOf({ rung, size, without }: Setup, dropout: number): string {
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

/** Files of pasted or uploaded pairs, by the names that the configuration gives them. */
export const TRAIN_FILE = "train.tsv";
export const VALID_FILE = "valid.tsv";

/** The configuration of a setup, as YAML. */
export function configText(setup: Setup): string {
  const { pairs, rung, guided, steps } = setup;
  const data =
    pairs === undefined
      ? "{ train: { corpus: phrasebook }, valid: { corpus: phrasebook } }"
      : `{ train: { pairs: ${TRAIN_FILE} }, valid: { pairs: ${VALID_FILE} } }`;
  const rate = rung === "transformer" ? "5.0e-3" : "4.0e-3";
  const guidance =
    guided && canBeGuided(setup)
      ? "\n  guidedAlignment: { links: phrasebook, weight: 0.5, layer: last, head: 1 }"
      : "";
  return `seed: 1
data: ${data}
tokenizer: { kind: bpe, vocab: 1500 }
model: ${modelOf(setup, pairs === undefined ? 0 : 0.1)}
training:
  batchTokens: 1024
  steps: ${steps}
  epochs: 1000
  learningRate: ${rate}
  schedule: cosine
  warmup: ${Math.min(100, Math.ceil(steps / 10))}
  validateEvery: ${Math.max(25, Math.round(steps / 6))}
  validBleu: 100
  average: 0${guidance}
decoding: { beam: 4, alpha: 0.6 }
`;
}

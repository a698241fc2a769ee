import type { Config } from "./schema.ts";

/** Subword pieces of a word, on average over languages and vocabularies. */
const PIECES = 1.4;
/** Share of a batch that is not padding. */
const FILLED = 0.9;
/** Floating-point operations a second of a step on two cores with AVX-512, and what a token costs beside products of matrices. */
const SPEED = 9e10;
const OTHER = 3e6;

/** What training costs, estimated from the configuration and the corpus alone: equal data, equal defaults, on any machine. */
export interface TrainingCost {
  /** Numbers in the model. */
  readonly parameters: number;
  /** Target tokens of a pass. */
  readonly tokens: number;
  readonly updatesPerPass: number;
  /** Target tokens a second. */
  readonly speed: number;
}

/**
 * speed = 9e10 / (6 · parameters + 3e6): a token takes 2 operations for each parameter forward and 4 backward.
 *
 * @param corpus  Its examples, and the words that the model learns to write.
 */
export function trainingCost(
  { task, tokenizer, model, training }: Config,
  { examples, words }: { readonly examples: number; readonly words: number },
): TrainingCost {
  const isWhole = tokenizer.kind === "word";
  const tokens = Math.max(1, Math.round(words * (isWhole ? 1 : PIECES) + examples));
  const parameters = blocksOf(model, task) + tokenizer.vocab * widthOf(model);
  return {
    parameters,
    tokens,
    updatesPerPass: Math.max(1, Math.round(tokens / (FILLED * training.batchTokens * training.accumulate))),
    speed: SPEED / (6 * parameters + OTHER),
  };
}

const widthOf = (model: Config["model"]): number => ("dModel" in model ? model.dModel : 0);

/** The weights of the layers, by the products in them. */
function blocksOf(model: Config["model"], task: Config["task"]): number {
  if (!("layers" in model) || !("dModel" in model)) return 0;
  const { layers, dModel } = model;
  if ("hidden" in model) {
    const halves = task === "translate" ? 2 : 1;
    return halves * layers * 4 * model.hidden * (dModel + model.hidden);
  }
  const { feedForward, activation } = model as { readonly feedForward: number; readonly activation?: string };
  const inner = (activation === "swiglu" ? 3 : 2) * dModel * feedForward;
  const attention = 4 * dModel ** 2;
  if (task !== "translate") return layers * (attention + inner);
  const {
    encoderLayers = layers,
    decoderLayers = layers,
    decoder = "attention",
  } = model as Readonly<Record<"encoderLayers" | "decoderLayers", number | undefined>> & { decoder?: string };
  const reading = decoder === "ssru" ? 2 * dModel ** 2 : attention;
  return encoderLayers * (attention + inner) + decoderLayers * (reading + attention + inner);
}

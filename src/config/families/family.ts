import type { z } from "zod";
import type { Classifier } from "../../models/classifier.ts";
import type { Decoder, Seq2Seq } from "../../models/seq2seq.ts";
import type { Layer } from "../../nn/layer.ts";
import type { Tokenizers } from "../../text/tokenizer.ts";

/** Of each task: what the data gives a model beside its configuration, and the model. */
export interface Built {
  readonly translate: { readonly given: Tokenizers; readonly model: Seq2Seq };
  readonly generate: {
    readonly given: { readonly vocabulary: number; readonly context: number };
    readonly model: Decoder;
  };
  readonly classify: {
    readonly given: { readonly vocabulary: number; readonly labels: number; readonly maxTokens: number };
    readonly model: Classifier;
  };
}

export type TaskName = keyof Built;

type Schemas = Readonly<Record<TaskName, z.ZodObject>>;

/** Refuses a value of the key `model.<key>`. */
export type Refuse = (key: string, cause: string, remedy: string) => never;

/** A kind of network that every task can be learnt by: one record, with its keys, its models and what cannot be combined. */
export interface Family<Kind extends string, S extends Schemas> {
  /** The words for `model.kind` that ask for it. */
  readonly kinds: readonly Kind[];
  /** Its keys, for each task: none takes keys that it has no use for. */
  readonly keys: S;
  /** Its model, for each task. */
  readonly build: {
    readonly [Name in TaskName]: (
      model: z.output<S[Name]>,
      given: Built[Name]["given"],
    ) => Layer<Built[Name]["model"]>;
  };
  /** What one key cannot say of another: also what would be read and then have no effect. */
  readonly refuseUnfit: (model: z.output<S[TaskName]>, refuse: Refuse) => void;
}

/** Checks a family against its type and gives it back. */
export const defineFamily = <const Kind extends string, S extends Schemas>(
  family: Family<Kind, S>,
): Family<Kind, S> => family;

/** How an encoder-decoder's embeddings stand to its vocabularies. */
export function vocabulariesOf(
  { tieEmbeddings }: { readonly tieEmbeddings: boolean },
  { source, target }: Tokenizers,
): { sourceVocabulary: number; targetVocabulary: number; tie: "all" | "output" | "none" } {
  const tie = !tieEmbeddings ? "none" : source === target ? "all" : "output";
  return { sourceVocabulary: source.size, targetVocabulary: target.size, tie };
}

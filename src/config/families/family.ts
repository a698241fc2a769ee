import type { z } from "zod";
import type { Classifier } from "../../models/classifier.ts";
import type { Decoder, Seq2Seq } from "../../models/seq2seq.ts";
import type { Layer } from "../../nn/layer.ts";
import type { Tokenizers } from "../../text/tokenizer.ts";

/** Per task: what a model takes from the data beside its configuration, and the model. */
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

type Schemas = Readonly<Partial<Record<TaskName, z.ZodObject>>>;

/** Refuses a value of the key `model.<key>`. */
export type Refuse = (key: string, cause: string, remedy: string) => never;

/** The models of a family, per task. They stand apart from its keys: whoever only runs a model loads no schemas. */
export type ModelsOf<S extends Schemas> = {
  readonly [Name in TaskName & keyof S]: (
    model: z.output<NonNullable<S[Name]>>,
    given: Built[Name]["given"],
  ) => Layer<Built[Name]["model"]>;
};

/** A kind of network: one record of the tasks it can learn, its keys and the combinations it refuses. */
export interface Family<Kind extends string, S extends Schemas> {
  /** The values of `model.kind` that select it. */
  readonly kinds: readonly Kind[];
  /** Its keys per task; a task takes no key it does not use. */
  readonly keys: S;
  /** The heads of each decoder layer with which a translator learns to attend to its source; none if it never does. */
  readonly sourceHeads: (model: z.output<NonNullable<S["translate"]>>) => readonly number[];
  /** Refuses invalid combinations of keys, including keys that would have no effect. */
  readonly refuseUnfit: (model: z.output<NonNullable<S[TaskName & keyof S]>>, refuse: Refuse) => void;
  /** Whether models of it come from elsewhere. Its kinds are not among those that messages advise to choose. */
  readonly isImported?: true;
}

/** Returns a family unchanged, checked against its type. */
export const defineFamily = <const Kind extends string, S extends Schemas>(
  family: Family<Kind, S>,
): Family<Kind, S> => family;

/** The vocabulary sizes of an encoder-decoder, and which of its embeddings are tied. */
export function vocabulariesOf(
  { tieEmbeddings }: { readonly tieEmbeddings: boolean },
  { source, target }: Tokenizers,
): { sourceVocabulary: number; targetVocabulary: number; tie: "all" | "output" | "none" } {
  const tie = !tieEmbeddings ? "none" : source === target ? "all" : "output";
  return { sourceVocabulary: source.size, targetVocabulary: target.size, tie };
}

import type { Activation } from "../../../nn/feed-forward.ts";
import type { NamedTensor } from "../../safetensors.ts";
import type { Fields } from "../import/fields.ts";
import type { SourceOf } from "./names.ts";

/** The files of a model folder, read and parsed, but not yet believed. */
export interface ModelFolder {
  /** Names the folder in errors. */
  readonly where: string;
  /** A JSON file; undefined if there is none. @throws ERR_MODEL when it is too large or is not JSON. */
  readonly json: (name: string) => unknown;
  /** Another file; undefined if there is none. Default: there are none. @throws ERR_MODEL when it is too large. */
  readonly bytes?: (name: string) => Uint8Array | undefined;
  readonly tensors: ReadonlyMap<string, NamedTensor>;
}

/** The files of a folder that say what its model is. */
export interface FolderFacts {
  readonly config: Fields;
  /** generation_config.json; empty if there is none. */
  readonly generation: Fields;
  /** tokenizer_config.json; empty if there is none. */
  readonly tokenizer: Fields;
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  /** Whether tokenizer.json is one that Heed itself wrote. */
  readonly isHeeds: boolean;
  /** Whether source and target have vocabularies of their own, perhaps with the same ids. */
  readonly isTwofold: boolean;
  /** The id of a token by its content. */
  readonly idOf: (content: string) => number | undefined;
}

/** What Heed and the folders of other libraries both know about a model. */
export interface SharedFacts<Model> {
  /** The keys of `model` in the configuration of a run. */
  readonly model: Model;
  /** Longest text, in tokens. */
  readonly longest: number;
  /** Rows of the embedding; of a translator, the target's. */
  readonly vocabulary: number;
  /** Rows of the source's embedding, where it has a vocabulary of its own. */
  readonly sourceVocabulary?: number;
  /** Ids of padding, of the token that begins a text that the model writes, and of the one that ends it. */
  readonly special: {
    readonly pad: number;
    readonly bos: number;
    readonly eos: number;
    /** The token that every text must begin with, `forced_bos_token_id`. Default: none. */
    readonly first?: number;
  };
  /** Of a classifier, in the order of its outputs. */
  readonly labels?: readonly string[];
  /** The head of the last decoder layer that was taught to align, from 1. */
  readonly guidedHead?: number;
}

/** A model of a folder in Heed's terms. */
export interface ImportedModel
  extends SharedFacts<Readonly<Record<string, unknown>> & { readonly kind: string }> {
  readonly task: "translate" | "generate" | "classify";
  /** Where its weights come from. */
  readonly sourceOf: SourceOf;
  /** Keys that no weight of Heed's needs: heads for other uses, copies of tied matrices, tables that are computed. */
  readonly ignored: RegExp;
  /** Hypotheses that the model's makers search with. Default: as many as Heed does. */
  readonly beam?: number;
}

/** A model of Heed's in the terms of a folder. */
export interface ExportedModel {
  /** The keys of config.json that the family has for itself. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Where its weights go. */
  readonly sourceOf: SourceOf;
}

/** A family of models of Hugging Face's library: its names and its description in Heed's layers. */
export interface HuggingFaceFamily<Model = never> {
  /** Values of `model_type` in config.json. */
  readonly modelTypes: readonly string[];
  /** @throws ERR_MODEL for a model that Heed's layers cannot express exactly. */
  readonly read: (facts: FolderFacts) => ImportedModel;
  /**
   * The inverse of `read`.
   *
   * @param where  Names the model in errors.
   * @throws ERR_MODEL for a model that the family cannot express exactly.
   */
  readonly write: (facts: SharedFacts<Model>, where: string) => ExportedModel;
}

/** The blocks of most models. */
export interface BlockKeys {
  readonly dModel: number;
  readonly heads: number;
  readonly feedForward: number;
  readonly dropout: number;
  readonly attentionDropout?: number | undefined;
  readonly activation: Activation;
}

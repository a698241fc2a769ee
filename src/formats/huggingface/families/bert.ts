import { heedError } from "../../../errors.ts";
import { activationNames } from "../import/fields.ts";
import type { BlockKeys, ExportedModel, FolderFacts, HuggingFaceFamily, ImportedModel } from "./family.ts";
import { behindRows, type NameTable, type Source, sourcesFrom } from "./names.ts";

const layer = "encoder.layer.*";
const names: NameTable = {
  embed: "embeddings.word_embeddings",
  positions: "embeddings.position_embeddings",
  tokenTypes: "embeddings.token_type_embeddings.weight",
  embeddingNorm: "embeddings.LayerNorm",
  "encoder.*.attention.query": `${layer}.attention.self.query`,
  "encoder.*.attention.key": `${layer}.attention.self.key`,
  "encoder.*.attention.value": `${layer}.attention.self.value`,
  "encoder.*.attention.output": `${layer}.attention.output.dense`,
  "encoder.*.attentionResidual.norm": `${layer}.attention.output.LayerNorm`,
  "encoder.*.feedForward.inner": `${layer}.intermediate.dense`,
  "encoder.*.feedForward.outer": `${layer}.output.dense`,
  "encoder.*.feedForwardResidual.norm": `${layer}.output.LayerNorm`,
};
const distilled = "transformer.layer.*";
const distilNames: NameTable = {
  embed: "embeddings.word_embeddings",
  positions: "embeddings.position_embeddings",
  embeddingNorm: "embeddings.LayerNorm",
  "encoder.*.attention.query": `${distilled}.attention.q_lin`,
  "encoder.*.attention.key": `${distilled}.attention.k_lin`,
  "encoder.*.attention.value": `${distilled}.attention.v_lin`,
  "encoder.*.attention.output": `${distilled}.attention.out_lin`,
  "encoder.*.attentionResidual.norm": `${distilled}.sa_layer_norm`,
  "encoder.*.feedForward.inner": `${distilled}.ffn.lin1`,
  "encoder.*.feedForward.outer": `${distilled}.ffn.lin2`,
  "encoder.*.feedForwardResidual.norm": `${distilled}.output_layer_norm`,
};

/** A model of BERT's family: names of its encoder under a prefix, and of its head for classification. */
interface Member {
  readonly names: NameTable;
  /** The head's names; its presence makes a classifier of an encoder. */
  readonly head: { readonly dense: string; readonly project: string };
  readonly keys: Readonly<
    Record<"layers" | "dModel" | "heads" | "feedForward" | "dropout" | "attention" | "activation", string>
  >;
  /** Python's class is this name with "Model" or "ForSequenceClassification". */
  readonly name: string;
  /** Rows at the start of the table of positions that no token reads, given the id of padding. */
  readonly skipped: (padding: number) => number;
}

const keys = {
  layers: "num_hidden_layers",
  dModel: "hidden_size",
  heads: "num_attention_heads",
  feedForward: "intermediate_size",
  dropout: "hidden_dropout_prob",
  attention: "attention_probs_dropout_prob",
  activation: "hidden_act",
} as const;

const members: Readonly<Record<string, Member>> = {
  bert: {
    ...{ name: "Bert", names, keys, head: { dense: "bert.pooler.dense", project: "classifier" } },
    skipped: () => 0,
  },
  distilbert: {
    name: "DistilBert",
    names: distilNames,
    keys: {
      ...{ layers: "n_layers", dModel: "dim", heads: "n_heads", feedForward: "hidden_dim" },
      ...{ dropout: "dropout", attention: "attention_dropout", activation: "activation" },
    },
    head: { dense: "pre_classifier", project: "classifier" },
    skipped: () => 0,
  },
  // Positions are counted from the id of padding.
  roberta: {
    name: "Roberta",
    names,
    keys,
    head: { dense: "classifier.dense", project: "classifier.out_proj" },
    skipped: (padding) => padding + 1,
  },
};

interface BertKeys extends BlockKeys {
  readonly kind: string;
  readonly layers: number;
  readonly epsilon: number;
  readonly tokenTypes: number;
}

/** BERT, DistilBERT and RoBERTa: classifiers, or encoders without a head. */
export const bert: HuggingFaceFamily<BertKeys> = {
  modelTypes: Object.keys(members),
  read: (facts): ImportedModel => {
    const { config, tensors } = facts;
    const kind = config.text("model_type");
    const member = members[kind] as Member;
    const { keys, head } = member;
    if (config.text("position_embedding_type", "absolute") !== "absolute")
      config.refuse('"position_embedding_type" is not "absolute"');
    const isPrefixed = [...tensors.keys()].some((key) => key.startsWith(`${kind}.`));
    const isClassifier = tensors.has(`${head.project}.weight`);
    const skipped = member.skipped(config.id("pad_token_id") ?? 1);
    const longest = config.count("max_position_embeddings") - skipped;
    if (longest < 2) config.refuse('"max_position_embeddings" leaves no positions');
    const isTyped = kind !== "distilbert";
    return {
      task: "classify",
      model: {
        kind,
        layers: config.layers(keys.layers),
        dModel: config.count(keys.dModel),
        heads: config.count(keys.heads),
        feedForward: config.count(keys.feedForward),
        dropout: config.share(keys.dropout, 0),
        attentionDropout: config.share(keys.attention, 0),
        activation: config.activation(keys.activation, "gelu"),
        epsilon: config.number("layer_norm_eps", 1e-12),
        tokenTypes: isTyped ? config.count("type_vocab_size", 2, 0) : 0,
        maxLength: longest,
      },
      longest,
      vocabulary: config.count("vocab_size"),
      special: specialOf(facts),
      labels: isClassifier ? labelsOf(facts, head.project) : [],
      sourceOf: sourceOf(member, isPrefixed ? `${kind}.` : "", skipped),
      ignored: ignored(isClassifier, kind),
    };
  },
  write: ({ model, longest, vocabulary, special, labels = [] }, where): ExportedModel => {
    const { kind, dropout, epsilon } = model;
    const member = members[kind] as Member;
    const { keys, name } = member;
    const isDistilled = kind === "distilbert";
    if (isDistilled && epsilon !== 1e-12) {
      const cause = `\`model.epsilon\` is ${epsilon}, but DistilBERT's is always 1e-12`;
      throw heedError("ERR_MODEL", { where, cause });
    }
    if (!isDistilled && model.tokenTypes === 0) {
      const cause = `\`model.tokenTypes\` is 0, but ${name} has a row for the first segment at least`;
      throw heedError("ERR_MODEL", { where, cause });
    }
    const isClassifier = labels.length > 0;
    const skipped = member.skipped(special.pad);
    return {
      config: {
        architectures: [`${name}${isClassifier ? "ForSequenceClassification" : "Model"}`],
        vocab_size: vocabulary,
        max_position_embeddings: longest + skipped,
        [keys.layers]: model.layers,
        [keys.dModel]: model.dModel,
        [keys.heads]: model.heads,
        [keys.feedForward]: model.feedForward,
        [keys.activation]: activationNames[model.activation],
        [keys.dropout]: dropout,
        [keys.attention]: model.attentionDropout ?? dropout,
        ...(isDistilled ? { sinusoidal_pos_embds: false } : {}),
        ...(isDistilled ? {} : { layer_norm_eps: epsilon, type_vocab_size: model.tokenTypes }),
        ...(isClassifier ? namesOfLabels(labels) : {}),
      },
      sourceOf: sourceOf(member, isClassifier ? `${kind}.` : "", skipped),
    };
  },
};

/** Labels as config.json has them. */
export const namesOfLabels = (labels: readonly string[]): object => ({
  id2label: Object.fromEntries(labels.map((label, n) => [n, label])),
  label2id: Object.fromEntries(labels.map((label, n) => [label, n])),
});

function sourceOf({ names, head }: Member, prefix: string, skipped: number): ImportedModel["sourceOf"] {
  const encoder = sourcesFrom(
    skipped > 0 ? { ...names, positions: { key: names.positions as string, ...behindRows(skipped) } } : names,
    prefix,
  );
  const heads = sourcesFrom({
    dense: head.dense,
    project: `${head.project}.weight`,
    projectBias: `${head.project}.bias`,
  });
  return (path): Source | undefined => heads(path) ?? encoder(path);
}

/** Heads for other uses, and, of an encoder, the pooler. */
function ignored(isClassifier: boolean, kind: string): RegExp {
  const others = "cls\\.|lm_head\\.|vocab_(transform|layer_norm|projector)|qa_outputs\\.";
  const ids = "embeddings\\.position_ids|embeddings\\.token_type_ids";
  return new RegExp(`^(${others}|(${kind}\\.)?(${ids}${isClassifier ? "" : "|pooler\\."}))`);
}

/** The tokens around a text: by name in tokenizer_config.json, or as usual. */
function specialOf({ config, tokenizer, idOf }: FolderFacts): ImportedModel["special"] {
  const find = (name: string, ...usual: string[]): number | undefined => {
    const given = tokenizer.raw(name);
    const content = typeof given === "string" ? given : (given as { content?: unknown } | undefined)?.content;
    const contents = [...(typeof content === "string" ? [content] : []), ...usual];
    return contents.map(idOf).find((id) => id !== undefined);
  };
  const missing = (what: string): never => config.refuse(`tokenizer.json has no token that ${what}`);
  return {
    pad: config.id("pad_token_id") ?? find("pad_token", "[PAD]", "<pad>") ?? missing("pads"),
    bos: find("cls_token", "[CLS]", "<s>") ?? missing("begins a text"),
    eos: find("sep_token", "[SEP]", "</s>") ?? missing("ends a text"),
  };
}

/** The names in `id2label`, or LABEL_0, LABEL_1, … */
function labelsOf({ config, tensors }: FolderFacts, project: string): string[] {
  const count = tensors.get(`${project}.weight`)?.shape[0] ?? 0;
  const names = config.raw("id2label");
  const nameOf = (n: number): unknown =>
    typeof names === "object" && names !== null ? (names as Record<string, unknown>)[n] : undefined;
  if (count < 1 || count > 100_000)
    config.refuse(`${project}.weight has ${count} rows: one is needed per label`);
  return Array.from({ length: count }, (_, n) => {
    const name = nameOf(n);
    return typeof name === "string" && name !== "" ? name : `LABEL_${n}`;
  });
}

import { defineFamily, type Refuse } from "./family.ts";
import { bartKeys, bertKeys, gpt2Keys, llamaKeys, t5Keys } from "./imported-keys.ts";
import { familyKinds } from "./kinds.ts";

const refuseHeads = ({ dModel, heads }: { dModel: number; heads: number }, refuse: Refuse): void => {
  if (dModel % heads !== 0)
    refuse("heads", `${heads} heads do not divide dModel ${dModel}`, "choose a divisor of dModel");
};

/** Encoder-decoders of BART's family: Lewis et al. 2020. */
export const bart = defineFamily({
  kinds: familyKinds.bart,
  isImported: true,
  keys: bartKeys,
  sourceHeads: ({ decoderLayers, heads }) => new Array<number>(decoderLayers).fill(heads),
  refuseUnfit: refuseHeads,
});

/** T5 and T5 1.1: Raffel et al. 2020. */
export const t5 = defineFamily({
  kinds: familyKinds.t5,
  isImported: true,
  keys: t5Keys,
  sourceHeads: ({ decoderLayers, heads }) => new Array<number>(decoderLayers).fill(heads),
  refuseUnfit: ({ buckets, maxDistance }, refuse) => {
    if (buckets % 4 !== 0 || buckets >= 2 * maxDistance)
      refuse("buckets", `${buckets} do not fit maxDistance ${maxDistance}`, "choose 32 and 128");
  },
});

/** Encoders of BERT's family: Devlin et al. 2019. */
export const bert = defineFamily({
  kinds: familyKinds.bert,
  isImported: true,
  keys: bertKeys,
  sourceHeads: () => [],
  refuseUnfit: refuseHeads,
});

/** GPT-2 and decoders like it: Radford et al. 2019, Zhang et al. 2022, Lozhkov et al. 2024. */
export const gpt2 = defineFamily({
  kinds: familyKinds.gpt2,
  isImported: true,
  keys: gpt2Keys,
  sourceHeads: () => [],
  refuseUnfit: (model, refuse) => {
    refuseHeads(model, refuse);
    const { kind, norm, dModel, heads } = model;
    if (kind !== "opt" && norm !== undefined)
      refuse("norm", `has no effect on ${kind}, which is pre-norm`, "leave it out");
    if (kind === "starcoder2" && (dModel / heads) % 2 !== 0)
      refuse("heads", "rotary positions rotate pairs, but dModel / heads is odd", "choose an even size");
  },
});

/** Decoders of LLaMA's family: Touvron et al. 2023. */
export const llama = defineFamily({
  kinds: familyKinds.llama,
  isImported: true,
  keys: llamaKeys,
  sourceHeads: () => [],
  refuseUnfit: ({ heads, keyValueHeads, dKey }, refuse) => {
    if (heads % keyValueHeads !== 0)
      refuse("keyValueHeads", `${keyValueHeads} do not divide ${heads} heads`, "choose a divisor of heads");
    if (dKey % 2 !== 0)
      refuse("dKey", `${dKey} is odd; rotary positions rotate pairs`, "choose an even size");
  },
});

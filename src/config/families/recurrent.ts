import { feedingAttentions, recurrentAttentions } from "../../models/recurrent-attention.ts";
import { defineFamily } from "./family.ts";
import { familyKinds } from "./kinds.ts";
import { recurrentKeys } from "./recurrent-keys.ts";

/** LSTM and GRU: Hochreiter & Schmidhuber 1997, Cho et al. 2014; the decoders of Bahdanau et al. and Luong et al. 2015. */
export const recurrent = defineFamily({
  kinds: familyKinds.recurrent,
  keys: recurrentKeys,
  sourceHeads: ({ attention }) => (attention === "none" ? [] : [1]),
  refuseUnfit: (model, refuse) => {
    if ("bidirectional" in model && model.bidirectional && model.hidden % 2 !== 0) {
      const remedy = "choose an even size or bidirectional: false";
      refuse("hidden", `${model.hidden} cannot be split between two directions`, remedy);
    }
    if ("inputFeeding" in model && model.inputFeeding && !recurrentAttentions[model.attention].feeding) {
      const remedy = `choose attention ${feedingAttentions.join(", ")}, or leave inputFeeding out`;
      refuse("inputFeeding", `attention "${model.attention}" does not support it`, remedy);
    }
  },
});

import { defineFamily } from "./family.ts";
import { familyKinds } from "./kinds.ts";
import { transformerKeys } from "./transformer-keys.ts";

/** The Transformer of Vaswani et al. 2017. Its encoder alone classifies; its decoder alone generates. */
export const transformer = defineFamily({
  kinds: familyKinds.transformer,
  keys: transformerKeys,
  sourceHeads: ({ layers, decoderLayers = layers, heads, without }) =>
    // Uniform weights have nothing to learn.
    without.includes("attention") ? [] : new Array<number>(decoderLayers).fill(heads),
  refuseUnfit: (model, refuse) => {
    const { dModel, heads, keyValueHeads = heads, dKey, dValue, positions, without } = model;
    if (dKey === undefined && dModel % heads !== 0) {
      const allowed = divisors(dModel).join(", ");
      refuse("heads", `${heads} heads do not divide dModel ${dModel}`, `choose from ${allowed}, or set dKey`);
    }
    if (heads % keyValueHeads !== 0)
      refuse("keyValueHeads", `${keyValueHeads} do not divide ${heads} heads`, "choose a divisor of heads");
    if (model.normKind !== undefined && without.includes("norm"))
      refuse("normKind", "has no effect without norms", "leave normKind out");
    const keySize = dKey ?? dModel / heads;
    if (positions === "rotary" && keySize % 2 !== 0) {
      const cause = `"rotary" rotates pairs of axes, but queries and keys have ${keySize} per head`;
      refuse("positions", cause, "choose an even dKey or another number of heads");
    }
    if (dValue !== undefined && without.includes("values"))
      refuse("dValue", "has no effect without values", "leave dValue out");
  },
});

const divisors = (n: number): number[] =>
  Array.from({ length: Math.min(n, 64) }, (_, i) => i + 1).filter((size) => n % size === 0);

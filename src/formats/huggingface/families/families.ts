import { bart } from "./bart.ts";
import { bert } from "./bert.ts";
import type { HuggingFaceFamily } from "./family.ts";
import { gpt2 } from "./gpt2.ts";
import { llama } from "./llama.ts";
import { marianNmt } from "./marian-nmt.ts";
import { t5 } from "./t5.ts";

/** Every family that can be imported. */
const families: readonly HuggingFaceFamily[] = [bart, t5, bert, gpt2, llama, marianNmt];

/** Values of `model_type` that can be imported. */
export const modelTypes = families.flatMap((family) => family.modelTypes);

/** The family of a `model_type`; undefined for one that Heed does not know. */
export const huggingFaceFamily = (modelType: string): HuggingFaceFamily | undefined =>
  families.find((family) => family.modelTypes.includes(modelType));

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { measureAlignment } from "heed/tasks";
import type { BundledModel } from "./bundled-model.ts";
import { measureTranslator } from "./measure-translator.ts";

/** The translator that the page opens first. */
export const phrasebook: BundledModel = {
  name: "phrasebook",
  config: readFileSync(join(import.meta.dirname, "../../configs/phrasebook-guided.yaml"), "utf8"),
  files: () => ({}),
  measure: async (engine, folder) => {
    const { run, corpus, card } = await measureTranslator(engine, folder);
    const { aer, where } = await measureAlignment(engine, run, corpus);
    return { ...card, aer, reading: where };
  },
};

import { heedError } from "../errors.ts";
import type { Guidance } from "../models/guided-alignment.ts";
import { familyOf } from "./families/families.ts";
import type { Config, TranslateConfig } from "./schema.ts";
import { PHRASEBOOK } from "./tasks/guided-alignment.ts";

type Guided = Pick<TranslateConfig, "data" | "model" | "training">;

/** What a configuration guides, counted from 0; undefined without `training.guidedAlignment`. */
export function guidanceOf({ model, training }: Omit<Guided, "data">): Guidance | undefined {
  const { guidedAlignment: guided } = training;
  if (!guided) return undefined;
  const layers = familyOf(model.kind).sourceHeads(model).length;
  return {
    weight: guided.weight,
    layer: (guided.layer === "last" ? layers : guided.layer) - 1,
    head: guided.head === "mean" ? "mean" : guided.head - 1,
  };
}

/**
 * Refuses a guided alignment that the model or the data has no place for.
 *
 * @throws ERR_CONFIG for a model without attention to guide, a layer or head it does not have, and links of the phrasebook
 *   for other data.
 */
export function refuseUnfitGuidance(config: Config, where: string): void {
  if (config.task !== "translate") return;
  const guidance = guidanceOf(config);
  if (!guidance) return;
  const { data, model, training } = config;
  const refuse = (key: string, cause: string, remedy: string): never => {
    throw heedError("ERR_CONFIG", { where, cause: `"training.guidedAlignment${key}": ${cause}`, remedy });
  };
  const heads = familyOf(model.kind).sourceHeads(model);
  if (heads.length === 0)
    refuse(
      "",
      "the model has no attention over its source that could learn",
      "choose a model with attention",
    );
  const { layer, head } = guidance;
  const [layers, ofLayer] = [heads.length, heads[layer] ?? 0];
  if (layer >= layers) {
    const has = `${layers} ${layers === 1 ? "layer" : "layers"}`;
    refuse(
      ".layer",
      `there is no ${layer + 1}; the decoder attends to its source in ${has}`,
      choose(layers, "last"),
    );
  }
  if (head !== "mean" && head >= ofLayer) {
    const has = ofLayer === 1 ? "its attention has one" : `layer ${layer + 1} has ${ofLayer}`;
    refuse(".head", `there is no ${head + 1}; ${has}`, choose(ofLayer, "mean"));
  }
  if (training.guidedAlignment?.links === PHRASEBOOK && !("corpus" in data.train)) {
    const remedy = "name a file with the links of data.train, ./phrasebook if it is called that";
    refuse(".links", "these are the links of the phrasebook, but data.train is another corpus", remedy);
  }
}

const choose = (most: number, word: string): string =>
  `choose ${most === 1 ? "1" : `1 to ${most}`} or ${word}`;

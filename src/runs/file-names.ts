import { fileOf } from "./codec.ts";

/** A run's configuration. */
export const CONFIG_FILE = "config.yaml";
/** What a model folder of Hugging Face's library has in place of it. */
export const MODEL_CONFIG = "config.json";
/** The weights of either. */
export const WEIGHTS_FILE = fileOf("model");

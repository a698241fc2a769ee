/** A trained translator as a folder for transformers.js and Python's transformers. */
import { transformerConfig } from "heed/config";
import { asExportable, huggingFaceFolder } from "heed/formats";
import { assembleRun, runOf } from "heed/runs";

/**
 * The files of the folder, by path.
 *
 * @param files  Those of a run directory.
 * @throws ERR_MODEL for a model that cannot be expressed there.
 */
export function exported(files: ReadonlyMap<string, Uint8Array>): Map<string, Uint8Array> {
  const where = "the trained model";
  const textOf = (name: string): string => new TextDecoder().decode(files.get(name));
  const run = assembleRun(textOf("config.yaml"), files.get("model.safetensors") ?? new Uint8Array(), {
    where,
    has: (name) => files.has(name),
    json: (name) => JSON.parse(textOf(name)) as unknown,
  });
  const { config, tokenizers, weights } = runOf(run, "translate", where);
  const isShared = tokenizers.source === tokenizers.target;
  const vocabularies = { one: isShared, tied: isShared && config.model.tieEmbeddings };
  const model = asExportable(config.model, { where, vocabularies });
  const { source: tokenizer } = tokenizers;
  return huggingFaceFolder({ config: transformerConfig(model, tokenizers), weights, tokenizer });
}

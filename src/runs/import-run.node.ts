import { printConfig } from "../config/print.ts";
import type { Config } from "../config/schema.ts";
import type { LexicalShortlist } from "../decoding/shortlist.ts";
import { HeedError, heedError } from "../errors.ts";
import { readModelFolder } from "../formats/huggingface/import/folder.node.ts";
import { notFinite } from "../formats/huggingface/import/weights.ts";
import { encodeSafetensors } from "../formats/safetensors.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import { CONFIG_FILE, WEIGHTS_FILE } from "./file-names.ts";
import { readModelRun } from "./model-folder.ts";
import { encodeShortlist, publishedShortlist, SHORTLIST_FILE } from "./shortlist-file.node.ts";

export interface ImportOptions {
  /** Whether weights that are not finite are an error rather than a warning. Default false. */
  readonly strict?: boolean;
  readonly say?: (message: string) => void;
}

/** What is imported. */
export interface ImportedRun {
  /** Of the run directory, by path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly task: Config["task"];
  readonly kind: string;
  readonly parameters: number;
  /** Whether it is an encoder without labels, which only embeds. */
  readonly isEncoder: boolean;
}

/** The weights of a run are one file, which Node reads at once: less than 2 GiB. */
const MOST_PARAMETERS = 2 ** 29 - 2 ** 20;

/**
 * A folder of Hugging Face's library as the files of a run directory, which `writeFolder` writes.
 *
 * @throws ERR_INPUT when the folder cannot be read; ERR_MODEL for a model that Heed's layers cannot express exactly, and
 *   for files that are damaged or hostile.
 */
export function importRun(directory: string, { strict = false, say }: ImportOptions = {}): ImportedRun {
  const { run, files: json, notFollowed, isEncoder } = readModelRun(readModelFolder(directory));
  const { config, weights } = run;
  const count = Array.from(weights.values()).reduce((sum, { data }) => sum + data.length, 0);
  if (count > MOST_PARAMETERS) {
    const cause = `has ${count} parameters; a run holds at most ${MOST_PARAMETERS}, as float32`;
    throw heedError("ERR_MODEL", { where: directory, cause });
  }
  const broken = notFinite(weights);
  if (broken.length > 0) {
    const cause = `${broken.slice(0, 5).join(", ")}${broken.length > 5 ? ", …" : ""} ${broken.length > 1 ? "have" : "has"} numbers that are not finite`;
    if (strict)
      throw heedError("ERR_MODEL", { where: directory, cause, remedy: "leave out --strict to import it" });
    say?.(`${directory}: ${cause}`);
  }
  const generation = `${directory}/generation_config.json`;
  for (const name of notFollowed)
    say?.(`${generation}: ${name} is not followed; see the options of heed ${config.task}`);
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  const files = new Map<string, Uint8Array>([
    [CONFIG_FILE, text(printConfig(config))],
    [WEIGHTS_FILE, encodeSafetensors(weights)],
  ]);
  for (const [name, content] of Object.entries(json)) files.set(name, text(JSON.stringify(content)));
  const shortlist = "tokenizers" in run ? shortlistOf(directory, run.tokenizers.target, say) : undefined;
  if (shortlist) files.set(SHORTLIST_FILE, encodeShortlist(shortlist));
  return { files, task: config.task, kind: config.model.kind, parameters: count, isEncoder };
}

/** A published shortlist. One that cannot be read is said and left out: the model is whole without it. */
function shortlistOf(
  directory: string,
  target: Tokenizer,
  say: ImportOptions["say"],
): LexicalShortlist | undefined {
  try {
    const shortlist = publishedShortlist(directory, target);
    if (shortlist) say?.("its shortlist is imported too: heed translate --shortlist uses it");
    return shortlist;
  } catch (error) {
    if (!(error instanceof HeedError)) throw error;
    say?.(`${error.message}; imported without a shortlist`);
  }
}

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { heedError } from "../errors.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import { tokenizerFromJson } from "../text/tokenizer-json.ts";
import { trainTokenizer } from "../text/train.ts";
import type { Config } from "./config.ts";
import type { Corpus } from "./corpus.node.ts";
import { writeAtomically } from "./run-directory.node.ts";
import type { Tokenizers } from "./translation.ts";

const shared = "tokenizer.json";
const separate = { source: "tokenizer.source.json", target: "tokenizer.target.json" } as const;

/** The vocabularies a configuration asks for, learnt from the training pairs. */
export function trainTokenizers(
  { tokenizer }: Config,
  corpus: Corpus,
  say: (message: string) => void,
): Tokenizers {
  function* side(...sides: readonly ("source" | "target")[]): Generator<string> {
    for (const pair of corpus.train) for (const name of sides) yield pair[name];
  }
  const start = performance.now();
  const source = trainTokenizer(tokenizer.shared ? side("source", "target") : side("source"), tokenizer);
  const target = tokenizer.shared ? source : trainTokenizer(side("target"), tokenizer);
  const sizes = tokenizer.shared ? `${source.size}` : `${source.size} + ${target.size}`;
  say(
    `vocabulary of ${sizes} ${tokenizer.kind} entries in ${((performance.now() - start) / 1000).toFixed(1)} s`,
  );
  return { source, target };
}

/** Puts the vocabularies into a run directory: one file when source and target share it. */
export function writeTokenizers(directory: string, { source, target }: Tokenizers): void {
  const write = (name: string, tokenizer: Tokenizer): void =>
    writeAtomically(join(directory, name), `${JSON.stringify(tokenizer.toJSON())}\n`);
  if (source === target) write(shared, source);
  else {
    write(separate.source, source);
    write(separate.target, target);
  }
}

/** The vocabularies of a run. @throws ERR_MODEL naming a file that is missing or damaged. */
export function readTokenizers(directory: string): Tokenizers {
  const read = (name: string): Tokenizer => {
    const path = join(directory, name);
    let json: unknown;
    try {
      json = JSON.parse(readFileSync(path, "utf8"));
    } catch (cause) {
      throw heedError("ERR_MODEL", { where: path, cause: "cannot be read as JSON" }, cause);
    }
    return tokenizerFromJson(json, path);
  };
  if (existsSync(join(directory, separate.source))) {
    return { source: read(separate.source), target: read(separate.target) };
  }
  const source = read(shared);
  return { source, target: source };
}

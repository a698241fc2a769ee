import { heedError } from "../errors.ts";
import { isBlank } from "../text/blank.ts";
import type { LabelledText } from "./corpus-reader.ts";
import { type ReadOptions, readLines } from "./files.node.ts";

/**
 * The labelled texts of a tab-separated file, `label<TAB>text` on each line, read lazily. Further tabs belong to the
 * text.
 *
 * @throws ERR_DATA for a line without a tab or with an empty label, and as `readLines` does.
 */
export async function* readLabelled(
  path: string,
  options: ReadOptions = {},
): AsyncGenerator<LabelledText, void, undefined> {
  let number = 0;
  for await (const line of readLines(path, options)) {
    number++;
    const tab = line.indexOf("\t");
    const label = line.slice(0, Math.max(0, tab)).trim();
    if (isBlank(label)) {
      const cause = tab < 0 ? "line without a tab" : "line without a label";
      const remedy = "write label, tab, text on each line";
      throw heedError("ERR_DATA", { where: `${path}:${number}`, cause, remedy });
    }
    yield { label, text: line.slice(tab + 1) };
  }
}

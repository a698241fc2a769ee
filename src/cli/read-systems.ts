import { readLines } from "../data/files.node.ts";
import { heedError } from "../errors.ts";

/**
 * Reads translations and references that correspond line by line.
 *
 * @throws ERR_USAGE without references; ERR_DATA for a file whose number of lines differs from the first file's; as
 *   `readLines` does.
 */
export async function readSystems(
  files: readonly string[],
  referenceFiles: readonly string[],
  command: string,
): Promise<{ systems: string[][]; references: string[][] }> {
  if (referenceFiles.length === 0) {
    throw heedError("ERR_USAGE", {
      where: command,
      cause: "no --reference",
      remedy: "give at least one file",
    });
  }
  const [first = ""] = files;
  const hypotheses = await linesOf(first);
  const matching = async (file: string, remedy: string): Promise<string[]> => {
    const lines = await linesOf(file);
    if (lines.length === hypotheses.length) return lines;
    const cause = `${lines.length} lines, but ${first} has ${hypotheses.length}`;
    throw heedError("ERR_DATA", { where: file, cause, remedy });
  };
  const systems = [hypotheses];
  for (const file of files.slice(1))
    systems.push(await matching(file, "line i of every file must translate the same sentence"));
  const references: string[][] = [];
  for (const file of referenceFiles)
    references.push(await matching(file, "line i must be the reference for line i of the translations"));
  return { systems, references };
}

async function linesOf(file: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLines(file)) lines.push(line);
  return lines;
}

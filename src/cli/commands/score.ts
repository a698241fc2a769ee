import { command } from "../command.ts";

export default command({
  name: "score",
  summary: "Score translations against references: BLEU and chrF as sacreBLEU computes them, exact match.",
  examples: [
    "heed score out.fr --reference test.fr",
    "heed score out.fr --reference a.fr --reference b.fr --json",
  ],
  args: ["hypotheses"],
  options: {
    reference: { type: "list", value: "FILE", help: "a reference file; repeat for several" },
    metrics: {
      type: "string",
      value: "LIST",
      default: "bleu,chrf",
      help: "of bleu, chrf, exact, with commas",
    },
    json: { type: "boolean", help: "one JSON object: {sentences, bleu, chrf, exact, seconds}" },
  },
  async run({ hypotheses: file, reference, metrics, json }, io) {
    const { heedError } = await import("../../errors.ts");
    const { readLines } = await import("../../data/files.node.ts");
    const { scoreText, writeScores } = await import("../scores.ts");
    if (reference.length === 0) {
      throw heedError("ERR_USAGE", {
        where: "heed score",
        cause: "no --reference",
        remedy: "give at least one file",
      });
    }
    const began = performance.now();
    const read = async (path: string): Promise<string[]> => {
      const lines: string[] = [];
      for await (const line of readLines(path)) lines.push(line);
      return lines;
    };
    const hypotheses = await read(file);
    const references: string[][] = [];
    for (const path of reference) {
      const lines = await read(path);
      if (lines.length !== hypotheses.length) {
        const cause = `${lines.length} lines, but ${file} has ${hypotheses.length}`;
        throw heedError("ERR_DATA", { where: path, cause, remedy: "line i must be the reference of line i" });
      }
      references.push(lines);
    }
    const seconds = (performance.now() - began) / 1000;
    await writeScores({ ...scoreText(hypotheses, references, metrics), seconds }, json, io);
    return 0;
  },
});

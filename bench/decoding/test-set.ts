import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { openRunOf } from "../../src/runs/open-run.node.ts";

/** What a bench that translates a test set is given on its command line: a run, sentences and their references. */
export function testSet() {
  const { values } = parseArgs({
    options: {
      run: { type: "string", default: "quickstart/run" },
      source: { type: "string", default: "test.en" },
      reference: { type: "string", default: "test.fr" },
      sentences: { type: "string", default: "1000" },
      rounds: { type: "string", default: "5" },
      threads: { type: "string", default: "1" },
    },
  });
  const linesOf = (file: string): string[] =>
    readFileSync(file, "utf8").trimEnd().split("\n").slice(0, Number(values.sentences));
  return {
    directory: values.run,
    run: openRunOf(values.run, "translate"),
    sources: linesOf(values.source),
    references: linesOf(values.reference),
    rounds: Number(values.rounds),
    threads: Number(values.threads),
  };
}

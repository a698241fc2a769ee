import { command } from "../command.ts";

export default command({
  name: "runs",
  summary: "Compare runs: what they differ in, size, speed, scores with intervals, curves.",
  description: `Compare the runs found below a directory, at any depth.

Runs that differ in nothing but their seed make a group, which is shown as the
mean of its runs ± half the 95 % confidence interval of that mean (Student's
t, n - 1 degrees of freedom, for scores that scatter normally). Two runs make
a wide interval; three or more a useful one. Milliseconds a step and tokens a
second are medians of the logged steps, validation left out. Groups stand best
first. All scores of a run are those of the one model that it kept ("kept":
the step of the checkpoint that was best on the validation data, or the
average of the last checkpoints where that was better).

Runs that are unfinished, diverged or damaged, and those that have the
configuration and the seed of another, are listed with the reason and not
compared.

--json prints a line for each run, {kind: "run", run, state, reason, config,
seed, parameters, steps, millisecondsPerStep, tokensPerSecond, valid}, and one
for each group, {kind: "group", group, config, runs, seeds, valid: {loss:
{mean, half, n, confidence}, ...}}. \`config\` holds the keys that differ.`,
  examples: [
    "heed runs runs/heads",
    "heed runs runs --out comparison.html",
    'heed runs runs/heads --json | grep \'"kind":"group"\'',
  ],
  args: ["directory"],
  options: {
    out: { type: "string", value: "FILE", help: "write a page with pictures and tables: FILE.html" },
    json: { type: "boolean", help: "one JSON object for each run and each group" },
  },
  async run({ directory, out, json }, io) {
    const { heedError } = await import("../../errors.ts");
    const { findRuns, readRecordedRun } = await import("../../runs/recorded-run.node.ts");
    const { compareRuns } = await import("../../runs/compare-runs.ts");
    const { comparisonLines, comparisonPage, groupObject, runObject } = await import("../compare.ts");
    const found = findRuns(directory);
    if (found.length === 0) {
      const remedy = "give a directory that holds what `heed train` wrote";
      throw heedError("ERR_INPUT", { where: directory, cause: "there are no runs here", remedy });
    }
    const runs = found.map(readRecordedRun);
    const comparison = compareRuns(runs, directory);
    if (out !== undefined) {
      const { writeOutput } = await import("../../runs/output-file.node.ts");
      writeOutput(out, comparisonPage(comparison, directory));
    }
    if (json) {
      for (const run of runs) await io.writeLine(JSON.stringify(runObject(run, comparison)));
      for (const group of comparison.groups)
        await io.writeLine(JSON.stringify(groupObject(group, comparison)));
      return 0;
    }
    const { stdout } = process;
    const width = stdout.columns ?? 100;
    const colour = stdout.isTTY && stdout.hasColors(256);
    for (const line of comparisonLines(comparison, directory, { columns: width, colour }))
      await io.writeLine(line);
    return 0;
  },
});

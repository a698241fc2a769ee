import { command } from "../command.ts";

export default command({
  name: "runs",
  summary: "Compare runs: their differences, size, speed, scores with intervals, and curves.",
  description: `Compare the runs found below a directory, at any depth.

Runs that differ only in their seed form a group, shown as the mean of its runs
± half the 95 % confidence interval of that mean (Student's t, n - 1 degrees of
freedom, assuming normally distributed scores). Two runs give a wide interval,
three or more a useful one. Milliseconds per step and tokens per second are
medians over the logged steps, without validation. The best group comes first.
All scores of a run are those of the one model it kept ("kept": the step of the
checkpoint that did best on the validation data, or the average of the last
checkpoints where that was better).

Runs that are unfinished, diverged or damaged, or that repeat the configuration
and seed of another, are listed with the reason and not compared.

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
    out: { type: "string", value: "FILE", help: "write an HTML page with charts and tables" },
    json: { type: "boolean", help: "one JSON object for each run and each group" },
  },
  async run({ directory, out, json }, io) {
    const { heedError } = await import("../../errors.ts");
    const { findRuns, readRecordedRun } = await import("../../runs/recorded-run.node.ts");
    const { compareRuns } = await import("../../runs/compare-runs.ts");
    const directories = findRuns(directory);
    if (directories.length === 0) {
      const remedy = "give a directory that holds runs of `heed train`";
      throw heedError("ERR_INPUT", { where: directory, cause: "holds no runs", remedy });
    }
    const runs = directories.map(readRecordedRun);
    const comparison = compareRuns(runs, directory);
    if (out !== undefined) {
      const { writeOutput } = await import("../../runs/output-file.node.ts");
      const { comparisonPage } = await import("../../runs/comparison-page.ts");
      writeOutput(out, comparisonPage(comparison, directory));
    }
    if (json) {
      const { groupObject, runObject } = await import("../../runs/comparison-objects.ts");
      for (const run of runs) await io.writeLine(JSON.stringify(runObject(run, comparison)));
      for (const group of comparison.groups)
        await io.writeLine(JSON.stringify(groupObject(group, comparison)));
      return 0;
    }
    const { comparisonLines } = await import("../runs-text.ts");
    const { stdout } = process;
    const width = stdout.columns ?? 100;
    const colour = stdout.isTTY && stdout.hasColors(256);
    for (const line of comparisonLines(comparison, directory, { columns: width, colour }))
      await io.writeLine(line);
    return 0;
  },
});

import { quoted } from "../../text/quoted.ts";
import { command } from "../command.ts";
import { device, deviceOption } from "../device.ts";
import { shardOption } from "../shard.ts";

const EXAMPLE_CONFIG = `A configuration is YAML. Every key has a default; sizes, dropout and schedule follow from the corpus:

  data:
    train: { pairs: train.tsv }        # lines of source<TAB>target
    valid: { pairs: valid.tsv }
  tokenizer: { kind: bpe, vocab: 8000 }
  model: { layers: 3, dModel: 256, heads: 4, feedForward: 1024 }
  training: { epochs: 10, learningRate: 7.0e-4 }

{ source: train.en, target: train.fr } reads two files. With \`task: generate\`,
data.train and data.valid are { text: FILE }; with \`task: classify\` they are
{ labelled: FILE }, lines of label<TAB>text. \`model.kind\` is transformer, lstm
or gru; a recurrent translator has \`model.attention\`: none, additive, dot,
scaled-dot or general.

\`heed train config.yaml --print-config\` prints every key with its meaning.

Several processes share every batch where MPI starts them together:

  mpirun -n 4 --bind-to none heed train config.yaml --run runs/mine

A sweep trains many runs, whose differences are listed in another file:

  seeds: [1, 2, 3]                     # every cell is trained once per seed
  grid:                                # every combination of these values
    model.heads: [1, 2, 4, 8]
    model.norm: [pre, post]
  variants:                            # besides the grid, or instead
    no-positions: { model.without: [positions] }

It writes DIR/heads=4,norm=pre/seed=1 and so on, each an ordinary run. Started
again, it skips the runs that have ended and resumes interrupted ones. A cell
that fails is reported and does not stop the others; the exit status is then
that of the first failure. \`heed runs DIR\` compares the runs.

--shard 3/8 trains every eighth cell, from the third, and writes DIR/part-3-of-8
once all of them have ended well; \`heed merge DIR\` says whether any is missing.`;

export default command({
  name: "train",
  summary: "Train a translator, a language model or a classifier.",
  description: `Train a translator from sentence pairs, a language model from plain text, or a classifier from labelled texts.\n\n${EXAMPLE_CONFIG}`,
  examples: [
    "heed train config.yaml --run runs/mine",
    "heed train config.yaml --run runs/mine --resume",
    "heed train config.yaml --run runs/quick --budget 10m",
    "heed train config.yaml --run runs/wide --set model.dModel=512 --set seed=7",
    "heed train config.yaml --run runs/heads --sweep heads.yaml && heed runs runs/heads",
    "heed train config.yaml --run runs/heads --sweep heads.yaml --shard auto/8",
    "heed train more.yaml --from runs/mine --run runs/tuned",
  ],
  args: ["config"],
  options: {
    run: {
      type: "string",
      value: "DIR",
      help: "where to write the run (default: runs/<name of the config>)",
    },
    resume: {
      type: "flag",
      value: "auto|DIR",
      help: "resume from the newest whole checkpoint of --run, or of the run in DIR; if it diverged, from the last before that",
    },
    from: {
      type: "string",
      value: "RUN",
      help: "begin with the model, weights and vocabularies of this run: training.from",
    },
    fromStep: {
      type: "string",
      value: "N|best",
      help: "resume from the checkpoint of step N, or from the best one; later checkpoints are removed",
    },
    allowChange: {
      type: "boolean",
      help: "resume even if the seed, batches, corpus or cosine length changed; the change is recorded",
    },
    sweep: {
      type: "string",
      value: "FILE",
      help: "train every cell of this sweep below --run (default: runs/<name of the sweep>)",
    },
    shard: {
      ...shardOption,
      help: "with --sweep: train only every N-th cell, from the I-th; auto/N takes I from Slurm, Kubernetes or mpirun",
    },
    budget: {
      type: "string",
      value: "TIME",
      help: "what training may take, as 90s, 10m or 1.5h: training.minutes; sizes follow",
    },
    set: { type: "list", value: "KEY=VALUE", help: "override a key of the configuration; may be repeated" },
    device: deviceOption,
    tensorboard: {
      type: "boolean",
      help: "also write event files into RUN/tensorboard, for `tensorboard --logdir runs`",
    },
    cache: {
      type: "string",
      value: "DIR|off",
      help: "where a corpus of more than 256 MB is kept encoded (default: heed in $XDG_CACHE_HOME or ~/.cache); off holds it in memory",
    },
    printConfig: { type: "boolean", help: "print the complete configuration and stop" },
    json: { type: "boolean", help: "print the result as one JSON object; for a sweep, one per cell" },
  },
  isSaving: true,
  async run(options, io) {
    const { existsSync } = await import("node:fs");
    const { basename, extname, join, resolve } = await import("node:path");
    const { readConfig } = await import("../../config/parse.ts");
    const { fittedKeys } = await import("../../config/fit.ts");
    const { printConfig } = await import("../../config/print.ts");
    const { taskOf } = await import("../../tasks/tasks.ts");
    const { validationText } = await import("../../tasks/validation-text.ts");
    const { heedError } = await import("../../errors.ts");
    const { minutesOf } = await import("../budget.ts");
    const { readSmallText } = await import("../../runs/read-file.node.ts");
    const text = readSmallText(options.config);
    const start = options.from === undefined ? [] : [`training.from=${JSON.stringify(options.from)}`];
    const budget = options.budget === undefined ? [] : [`training.minutes=${minutesOf(options.budget)}`];
    const set = [...options.set, ...start, ...budget];
    if (options.sweep !== undefined) {
      await refuseJob();
      const { sweep } = await import("../sweep.ts");
      return sweep({ ...options, set, sweep: options.sweep, text }, io);
    }
    const refuse = (cause: string, remedy: string): never => {
      throw heedError("ERR_USAGE", { where: "heed train", cause, remedy });
    };
    if (options.shard !== undefined)
      refuse("--shard divides the cells of a sweep", "add --sweep, or train one run by mpirun");
    if (options.allowChange && options.resume === false)
      refuse("--allow-change applies only to a resumed run", "add --resume");
    if (options.fromStep !== undefined && options.resume === false)
      refuse("--from-step applies only to a resumed run", "add --resume");
    const isStep = options.fromStep === undefined || /^(best|\d{1,15})$/.test(options.fromStep);
    if (!isStep)
      refuse("--from-step is neither a number nor best", "give a step that has a checkpoint, or best");
    const fromStep = options.fromStep === "best" ? "best" : optionalNumber(options.fromStep);
    const { config, given } = readConfig(text, options.config, set);
    if (options.printConfig) {
      await io.writeLine(printConfig(config, fittedKeys({ config, given })).trimEnd());
      return 0;
    }
    const { trainRun } = await import("../../runs/train-run.node.ts");
    const { cachePlace } = await import("../cache-place.ts");
    const { trainingProgress } = await import("../training-progress.ts");
    const resumed =
      typeof options.resume === "string" && options.resume !== "auto" ? options.resume : undefined;
    if (resumed !== undefined && options.run !== undefined && resolve(resumed) !== resolve(options.run))
      refuse("--run and --resume name different runs", "leave one out");
    if (resumed !== undefined && !existsSync(join(resumed, "checkpoints"))) {
      const remedy = "give --run DIR --resume, or --resume DIR with the directory of a run";
      throw heedError("ERR_INPUT", { where: resumed, cause: "holds no run", remedy });
    }
    const defaultDirectory = join("runs", basename(options.config, extname(options.config)));
    const directory = resumed ?? options.run ?? defaultDirectory;
    const { asRank } = await import("../ranks.ts");
    return asRank(io, async ({ communicator, io, threads }) => {
      const engine = await device(options.device, io, threads);
      io.say(`device: ${engine.description}`);
      const progress = trainingProgress(io);
      const summary = await trainRun({
        config,
        given,
        directory,
        engine,
        resume: options.resume !== false,
        fromStep,
        allowChange: options.allowChange,
        tensorboard: options.tensorboard,
        cache: cachePlace(options.cache),
        signal: io.signal,
        communicator,
        ...progress,
      });
      progress.end();
      if (options.json) {
        const { reason: _, ...result } = summary;
        await io.writeLine(JSON.stringify(result));
      } else if (summary.reason !== "signal") {
        const { steps, seconds, valid } = summary;
        const minutes = (seconds / 60).toFixed(1);
        io.say(`${directory}: ${steps} steps in ${minutes} minutes; validation ${validationText(valid)}`);
        io.say(`next: ${taskOf(config).tryIt(quoted(directory))}`);
      } else {
        const { config: file } = options;
        const resumption = [
          file,
          "--run",
          directory,
          ...options.set.flatMap((setting) => ["--set", setting]),
          ...(options.from === undefined ? [] : ["--from", options.from]),
          ...(options.budget === undefined ? [] : ["--budget", options.budget]),
          "--resume",
        ];
        const command = ["heed train", ...resumption.map(quoted)].join(" ");
        io.say(`stopped at step ${summary.steps}; resume with: ${command}`);
      }
      return 0;
    });
  },
});

/** @throws ERR_USAGE in an MPI job: its processes would all train the same cells. */
async function refuseJob(): Promise<void> {
  const { launchOf } = await import("../../distributed/launch.ts");
  const launch = launchOf(process.env);
  if (!launch || launch.size === 1) return;
  const { heedError } = await import("../../errors.ts");
  const cause = `--sweep trains one cell after another, and ${launch.launcher} has started ${launch.size} processes`;
  throw heedError("ERR_USAGE", { where: "heed train", cause, remedy: "start one process" });
}

const optionalNumber = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);

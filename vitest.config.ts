import { existsSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type Plugin } from "vitest/config";

/** `heed/ops` is src/ops/index.ts: tests and examples run from source, without a build. */
const sourceOfHeed: Plugin = {
  name: "source-of-heed",
  enforce: "pre",
  resolveId: (specifier) => {
    const found = /^heed(?:\/([a-z]+))?$/.exec(specifier);
    if (!found) return undefined;
    const entries = ["index.node.ts", "index.ts"].map((name) =>
      join(import.meta.dirname, "src", found[1] ?? "", name),
    );
    return entries.find((path) => existsSync(path));
  },
};

/** Slow: pages, software GPUs, recipes, the packed package, documents, whole corpora, many models, killed runs. */
const slow = [
  "test/page/**/*.test.ts",
  "test/studio/**/*.page.test.ts",
  "test/server/**/*.page.test.ts",
  "test/studio/steps.test.ts",
  "test/studio/training.test.ts",
  "test/parity/**/*.test.ts",
  "test/examples/**/*.test.ts",
  "test/house/entries.test.ts",
  "test/cli/align.test.ts",
  "test/cli/distill.test.ts",
  "test/cli/heads.test.ts",
  "test/cli/inspect.test.ts",
  "test/cli/shards.test.ts",
  "test/cli/stopping.test.ts",
  "test/cli/sweep.test.ts",
  "test/crash/**/*.test.ts",
  "test/distributed/mpi*.test.ts",
  "test/house/commands.test.ts",
  "test/house/deploy.test.ts",
  "test/house/installed.test.ts",
  "test/house/page-snippet.test.ts",
  "test/pictures/phone.test.ts",
  "test/evaluation/flores.test.ts",
  "test/evaluation/golden.test.ts",
  "test/inspect/golden.test.ts",
  "test/inspect/head-survey.test.ts",
  "test/inspect/evidence-places.test.ts",
  "test/inspect/decode-on.test.ts",
  "test/inspect/inspector.test.ts",
  "test/inspect/memory.test.ts",
  "test/inspect/switches.test.ts",
  "test/inspect/layer-statistics.test.ts",
  "test/models/guided-alignment.test.ts",
  "test/runs/changed-meaning.test.ts",
  "test/runs/fetch-run.test.ts",
  "test/runs/going-back.test.ts",
  "test/runs/recipes.test.ts",
  "test/runs/large-corpus.test.ts",
  "test/runs/reliability.test.ts",
  "test/runs/resume.test.ts",
  "test/runs/spikes.test.ts",
  "test/runs/starting-point.test.ts",
  "test/runs/stop-early.test.ts",
  "test/runs/train-run.test.ts",
  "test/tasks/guided-alignment.test.ts",
  "test/tasks/tasks.test.ts",
  "test/server/text/translate-text.test.ts",
  "test/server/text/translate-html.test.ts",
  "test/text/native.test.ts",
  "test/runtime/engine.test.ts",
  "test/runtime/leaks.test.ts",
  "test/inspect/changed-evidence.test.ts",
  "test/inspect/decode-steps.test.ts",
  "test/training/step.test.ts",
  "test/models/taps.test.ts",
  "test/decoding/exactness.test.ts",
  "test/fuzz/**/*.test.ts",
  "test/import/going-on.test.ts",
  "test/import/marian-nmt.test.ts",
  "test/import/parity.test.ts",
  "test/export/**/*.test.ts",
  "test/lecture/chapters.test.ts",
  "test/site/site.test.ts",
  "test/server/libretranslate.test.ts",
  "test/server/reliability.test.ts",
  "test/server/openapi.test.ts",
  "test/server/other-models.test.ts",
];
/** Need modules of their own: they replace some by others, or look at all that is in a folder. */
const alone = [
  "test/runs/directory.test.ts",
  "test/studio/device-lost.test.ts",
  "test/runs/compare-runs.test.ts",
  "test/runs/fitted-run.test.ts",
];
const every = "test/**/*.test.ts";

export default defineConfig({
  plugins: [sourceOfHeed],
  test: {
    globalSetup: "test/built.ts",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    projects: [
      // One load of the modules serves all files of a worker: importing them anew took a third of the time.
      {
        extends: true,
        test: { name: "quick", include: [every], exclude: [...slow, ...alone], isolate: false },
      },
      { extends: true, test: { name: "quick-alone", include: alone } },
      {
        extends: true,
        test: {
          name: "slow",
          include: slow,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // What a worker computes takes its time where two cores do everything.
          expect: { poll: { timeout: 60_000 } },
        },
      },
    ],
  },
});

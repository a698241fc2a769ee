import type { TaskName } from "../config/families/family.ts";
import { heedError } from "../errors.ts";
import type { OpenedRunOf } from "../runs/open-run.ts";
import type { Engine } from "../runtime/engine.ts";
import type { Io } from "./io.ts";
import type { TranslatorTest } from "./translator-test.ts";

/** The options of `heed evaluate`; each task reads those that name its kind of test set. */
export interface TestOptions extends TranslatorTest {
  readonly labelled?: string | undefined;
  readonly text?: string | undefined;
}

type Evaluate<Name extends TaskName> = (
  run: OpenedRunOf<Name>,
  engine: Engine,
  options: TestOptions,
  io: Io,
) => Promise<number>;

/** How to score a run of each task on a test set and print the scores. */
const evaluators: { readonly [Name in TaskName]: () => Promise<Evaluate<Name>> } = {
  translate: async () => (await import("./evaluate-translator.ts")).evaluateTranslator,
  generate: async () => (await import("./evaluate-language-model.ts")).evaluateLanguageModel,
  classify: async () => (await import("./evaluate-classifier.ts")).evaluateClassifier,
};

/** Scores a run on a test set. @returns the exit status */
export async function evaluateRun<Name extends TaskName>(
  run: OpenedRunOf<Name>,
  engine: Engine,
  options: TestOptions,
  io: Io,
): Promise<number> {
  if (options.calibrate && run.task !== "translate") {
    const cause = "is of translations, and this run makes none";
    throw heedError("ERR_USAGE", { where: "--calibrate", cause, remedy: "leave it out" });
  }
  const evaluate = (await evaluators[run.task]()) as Evaluate<Name>;
  return evaluate(run, engine, options, io);
}

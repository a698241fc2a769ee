import type { TranslatorRun } from "../src/runs/open-run.ts";
import { translatorOver } from "../src/runs/ready.ts";
import type { Engine } from "../src/runtime/engine.ts";

/** The best translation of each sentence, searched as the run was configured. */
export async function translated(
  engine: Engine,
  run: TranslatorRun,
  sentences: readonly string[],
): Promise<string[]> {
  const translator = await translatorOver(run, engine);
  const translations = await translator.translate(sentences);
  translator.close();
  return translations.map(({ hypotheses: [best] }) => best?.text ?? "");
}

/**
 * Claim: confidences that `heed evaluate --calibrate` learns are off by less than 0.05 on other pairs, in ten bins.
 *
 *   npx tsx bench/evaluation/calibration.ts --run runs/en-fr --valid valid.tsv --test test.tsv
 *
 * Calibrated on the sources of one file, measured on those of the other, beside the geometric mean of the tokens'
 * probabilities as it is.
 */
import { parseArgs } from "node:util";
import { readPairs } from "../../src/data/pairs.node.ts";
import { lengthPenalty } from "../../src/decoding/hypothesis.ts";
import { calibrate, calibrationError, confidenceOf } from "../../src/evaluation/calibration.ts";
import { sentenceChrf } from "../../src/evaluation/chrf.ts";
import { RIGHT_CHRF } from "../../src/runs/calibration-file.node.ts";
import { openRunOf } from "../../src/runs/open-run.node.ts";
import { translatorOver } from "../../src/runs/ready.ts";
import { openEngine } from "../../src/runtime/open-engine.node.ts";
import { machine } from "../machine.ts";

const { values } = parseArgs({
  options: {
    run: { type: "string", default: "quickstart/run" },
    valid: { type: "string", default: "valid.tsv" },
    test: { type: "string", default: "test.tsv" },
  },
});
const run = openRunOf(values.run, "translate");
const translator = await translatorOver(run, await openEngine("cpu"));

async function judged(file: string) {
  const references = new Map<string, string[]>();
  for await (const { source, target } of readPairs({ pairs: file }))
    references.set(source, [...(references.get(source) ?? []), target]);
  const translations = await translator.translate([...references.keys()]);
  return translations.map(({ source, hypotheses: [best] }) => {
    const length = (best?.tokens.length ?? 0) + 1;
    const score = ((best?.score ?? 0) * lengthPenalty(length, run.config.decoding.alpha)) / length;
    const chrf = (references.get(source) ?? []).map((one) => sentenceChrf(best?.text ?? "", [one]).score);
    return { score, isRight: Math.max(...chrf) >= RIGHT_CHRF };
  });
}

const calibration = calibrate(await judged(values.valid));
const test = await judged(values.test);
const errorOf = (confidence: (score: number) => number): string =>
  calibrationError(test.map(({ score, isRight }) => ({ confidence: confidence(score), isRight }))).toFixed(3);
console.log(`${machine()}; ${values.run}, ${test.length} sources of ${values.test}\n`);
console.log("| confidence | expected calibration error |\n|---|---|");
console.log(`| calibrated | ${errorOf((score) => confidenceOf(score, calibration))} |`);
console.log(`| as the model says | ${errorOf(Math.exp)} |`);
translator.close();

/**
 * "The decoder has to live off one static summary, all the baggage at once." The same sentences through a
 * summary, attention, and a Transformer: BLEU by source length.
 *
 *   npx tsx examples/lecture/03-static-summary.ts
 */
import { openTranslator } from "heed";
import { corpusBleu } from "heed/evaluation";
import { LSTM, learn, SUMMARY, test, tokenizers } from "./learn.ts";
import { engine } from "./numbers.ts";
import { expectation, table } from "./table.ts";

const models = {
  "LSTM, one summary": await learn(...SUMMARY),
  "LSTM, attention": await learn(...LSTM),
  Transformer: await learn(),
};
const words = (text: string): number => text.split(" ").length;
const groups = { "up to 4 words": [0, 4], "5 to 6": [5, 6], "7 and more": [7, 99] } as const;

const rows = [];
for (const [name, { model, weights, bleu, parameters }] of Object.entries(models)) {
  const translator = await openTranslator({ engine, model, weights, ...tokenizers, beam: 1, maxLength: 128 });
  const cells = [];
  for (const [least, most] of Object.values(groups)) {
    const group = test.filter(({ source }) => words(source) >= least && words(source) <= most);
    const translations = await translator.translate(group.map(({ source }) => source));
    const hypotheses = translations.map(({ hypotheses: [best] }) => best?.text ?? "");
    cells.push(corpusBleu(hypotheses, [group.map(({ target }) => target)]).score);
  }
  translator.close();
  rows.push([name, parameters, ...cells, bleu]);
}
table(["BLEU", "parameters", ...Object.keys(groups), "all"], rows);
expectation(
  "one vector has to hold the whole sentence: without attention the translator is the worst at every\n" +
    "length. With attention each word can look back; the Transformer looks back in every layer.",
);

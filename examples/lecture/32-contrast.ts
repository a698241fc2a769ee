/**
 * "One self-attention head had focus on the tense, the second on the gender": every head is switched off in turn, and we see
 * whether the model still prefers the right form to the wrong one.
 *
 *   npx tsx examples/lecture/32-contrast.ts
 */
import type { Intervention } from "heed/inspect";
import { learn, lookInto } from "./learn.ts";
import { expectation, fixed, table } from "./table.ts";

type Contrast = readonly [source: string, right: string, wrong: string];
const contrasts: Record<"gender" | "tense", readonly Contrast[]> = {
  gender: [
    ["She is tired.", "Elle est fatiguée.", "Elle est fatigué."],
    ["The queen is happy.", "La reine est heureuse.", "La reine est heureux."],
    ["We see the green car.", "Nous voyons la voiture verte.", "Nous voyons la voiture vert."],
    ["She has a white dress.", "Elle a une robe blanche.", "Elle a une robe blanc."],
    ["He is happy.", "Il est heureux.", "Il est heureuse."],
    ["I see the car.", "Je vois la voiture.", "Je vois le voiture."],
  ],
  tense: [
    ["He will swim.", "Il nagera.", "Il nage."],
    ["They will dance.", "Ils danseront.", "Ils dansent."],
    ["She repaired the chair.", "Elle a réparé la chaise.", "Elle répare la chaise."],
    ["The king sings.", "Le roi chante.", "Le roi chantera."],
    ["He slept.", "Il a dormi.", "Il dort."],
    ["We will buy this meat.", "Nous achèterons cette viande.", "Nous achetons cette viande."],
  ],
};
const look = await lookInto(await learn());

/** ln p(right) - ln p(wrong) */
async function preference([source, right, wrong]: Contrast, intervene: Intervention[]): Promise<number> {
  const chance = async (target: string): Promise<number> => {
    const { said } = await look.run({ source, target }, { intervene });
    return said.logProbabilities.reduce((a, b) => a + b, 0);
  };
  return (await chance(right)) - (await chance(wrong));
}
/** On average over the contrasts that the whole model gets right. */
async function mean(some: readonly Contrast[], intervene: Intervention[] = []): Promise<number> {
  let sum = 0;
  for (const contrast of some) sum += (await preference(contrast, intervene)) / some.length;
  return sum;
}
const known: Record<string, Contrast[]> = { gender: [], tense: [] };
for (const [kind, all] of Object.entries(contrasts)) {
  for (const contrast of all) if ((await preference(contrast, [])) > 0) known[kind]?.push(contrast);
  console.log(`${kind}: the whole model prefers the right form in ${known[kind]?.length} of ${all.length}`);
}
const { gender = [], tense = [] } = known;
const whole = [await mean(gender), await mean(tense)] as const;
console.log(`by ${fixed(whole[0])} nats for gender and ${fixed(whole[1])} for tense\n`);

const rows: { name: string; lost: [number, number] }[] = [];
for (const place of ["encoder.*.attention", "decoder.*.attention", "decoder.*.cross"]) {
  for (const layer of ["0", "1"]) {
    for (const head of [0, 1, 2, 3]) {
      const at = `${place.replace("*", layer)}.heads` as const;
      const off: Intervention[] = [{ at, head, to: 0 }];
      const lost: [number, number] = [
        whole[0] - (await mean(gender, off)),
        whole[1] - (await mean(tense, off)),
      ];
      rows.push({ name: at.replace(".heads", `, head ${head}`), lost });
    }
  }
}
look.close();
const shown = rows.sort((a, b) => Math.max(...b.lost) - Math.max(...a.lost)).slice(0, 8);
table(
  ["switched off", "gender, nats lost", "tense, nats lost"],
  shown.map(({ name, lost }) => [name, ...lost.map(fixed)]),
);
expectation(
  "a head on gender costs gender and little else, a head on tense the reverse. Few are that clear: most do\n" +
    "several things, and the others fill in. 24 heads and a dozen sentences: a hint, not a proof.",
);

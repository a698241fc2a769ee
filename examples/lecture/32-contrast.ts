/**
 * "One self-attention head had focus on the tense, the second on the gender": every head is switched off in turn, and we see
 * whether the model still prefers the right form to the wrong one.
 *
 *   npx tsx examples/lecture/32-contrast.ts
 */
import type { Inspector, Intervention } from "heed/inspect";
import { learn, lookInto } from "./learn.ts";
import { expectation, fixed, table } from "./table.ts";

const contrasts = {
  gender: [
    ["She is tired.", "Elle est fatiguée.", "Elle est fatigué."],
    ["The queen is happy.", "La reine est heureuse.", "La reine est heureux."],
    ["The nurse is serious.", "L'infirmière est sérieuse.", "L'infirmière est sérieux."],
    ["The king is happy.", "Le roi est heureux.", "Le roi est heureuse."],
  ],
  tense: [
    ["He will swim.", "Il nagera.", "Il nage."],
    ["They will dance.", "Ils danseront.", "Ils dansent."],
    ["He slept.", "Il a dormi.", "Il dort."],
    ["The king sings.", "Le roi chante.", "Le roi chantera."],
  ],
} as const;
const places = ["encoder.*.attention", "decoder.*.attention", "decoder.*.cross"].flatMap((place) =>
  ["0", "1"].map((layer) => place.replace("*", layer)),
);

/** ln p(right) - ln p(wrong), on average. */
async function preference(look: Inspector, kind: keyof typeof contrasts, intervene: Intervention[]) {
  let sum = 0;
  for (const [source, right, wrong] of contrasts[kind]) {
    for (const [target, sign] of [
      [right, 1],
      [wrong, -1],
    ] as const) {
      const { said } = await look.run({ source, target }, { intervene });
      sum += (sign * said.logProbabilities.reduce((a, b) => a + b, 0)) / contrasts[kind].length;
    }
  }
  return sum;
}
const look = await lookInto(await learn());
const whole = { gender: await preference(look, "gender", []), tense: await preference(look, "tense", []) };
const rows: { name: string; gender: number; tense: number }[] = [];
for (const place of places) {
  for (let head = 0; head < 4; head++) {
    const off: Intervention[] = [{ at: `${place}.heads`, head, to: 0 }];
    const [gender, tense] = [await preference(look, "gender", off), await preference(look, "tense", off)];
    rows.push({ name: `${place}, head ${head}`, gender: gender - whole.gender, tense: tense - whole.tense });
  }
}
look.close();
console.log(`right over wrong form, in nats: gender ${fixed(whole.gender)}, tense ${fixed(whole.tense)}\n`);
const most = (row: (typeof rows)[number]): number => Math.max(-row.gender, -row.tense);
const shown = [...rows].sort((a, b) => most(b) - most(a)).slice(0, 8);
table(
  ["switched off", "gender", "tense"],
  shown.map(({ name, gender, tense }) => [name, fixed(gender), fixed(tense)]),
);
expectation(
  "a head on gender costs gender and little else, a head on tense the reverse. Some are that clear; most do\n" +
    "several things, and cross-attention heads carry whole words. 24 heads, 8 sentences: a hint, not a proof.",
);

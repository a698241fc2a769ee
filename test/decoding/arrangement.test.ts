import fc from "fast-check";
import { expect, test } from "vitest";
import { type Arrangement, arrange, firstArrangement } from "../../src/decoding/arrangement.ts";

/** A search as it goes: at each step sentences that go on, and for each of its hypotheses the earlier one it comes from. */
const searches = fc.integer({ min: 1, max: 20 }).chain((sentences) =>
  fc.record({
    sentences: fc.constant(sentences),
    steps: fc.array(fc.array(fc.nat(99), { minLength: 150, maxLength: 150 }), { maxLength: 8 }),
  }),
);

test("every hypothesis finds the state of the one it goes on from, and its own sentence's memory", () => {
  fc.assert(
    fc.property(searches, ({ sentences, steps }) => {
      let now: Arrangement = firstArrangement(sentences);
      // What a tensor would hold at each place: a name for the state, and the sentence of the memory.
      let states = Array.from({ length: sentences }, (_, i) => `${i}`);
      let memory = Array.from({ length: sentences }, (_, i) => i);
      let alive = memory.map((sentence) => ({ sentence, state: `${sentence}` }));
      for (const [t, random] of steps.entries()) {
        let at = 0;
        const draw = (below: number): number => (random[at++ % random.length] as number) % below;
        const rows = [...new Set(alive.map(({ sentence }) => sentence))].flatMap((sentence) => {
          const own = [...alive.keys()].filter((row) => alive[row]?.sentence === sentence);
          const count = draw(8) === 0 ? 0 : 1 + draw(4);
          return Array.from({ length: count }, () => ({ sentence, from: own[draw(own.length)] as number }));
        });
        if (rows.length === 0) return;
        const { after, ...moves } = arrange(
          now,
          Int32Array.from(rows, ({ from }) => from),
          Int32Array.from(rows, ({ sentence }) => sentence),
        );
        if (moves.states) states = [...moves.states].map((place) => states[place] as string);
        if (moves.sentences) memory = [...moves.sentences].map((place) => memory[place] as number);
        now = after;
        expect(states).toHaveLength(memory.length * after.width);
        expect(new Set(after.places).size).toBe(rows.length);
        rows.forEach(({ sentence, from }, row) => {
          const place = after.places[row] as number;
          expect(states[place]).toBe(alive[from]?.state);
          expect(memory[Math.floor(place / after.width)]).toBe(sentence);
        });
        alive = rows.map(({ sentence }, row) => ({ sentence, state: `${sentence}.${t}.${row}` }));
        states = states.map((_, place) => alive[after.places.indexOf(place)]?.state ?? "nobody");
      }
    }),
    { seed: 11, numRuns: 300 },
  );
});

test("greedy search copies nothing until an eighth has ended", () => {
  let now = firstArrangement(16);
  const going = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => i);
  for (const count of [16, 15]) {
    const move = arrange(now, going(count), going(count));
    expect([move.states, move.sentences]).toEqual([undefined, undefined]);
    now = move.after;
  }
  expect([...(arrange(now, going(14), going(14)).sentences ?? [])]).toEqual([...going(14)]);
});

test("hypotheses that change ranks stay where they are", () => {
  const two = arrange(firstArrangement(1), Int32Array.of(0, 0), Int32Array.of(0, 0)).after;
  const swapped = arrange(two, Int32Array.of(1, 0), Int32Array.of(0, 0));
  expect(swapped.states).toBeUndefined();
  expect([...swapped.after.places]).toEqual([...two.places].reverse());
});

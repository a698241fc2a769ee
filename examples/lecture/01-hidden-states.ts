/**
 * "It will take the input one word at a time … process the whole thing … then the decoder will take that context and start
 * generating": an LSTM encoder-decoder without attention, one hidden state after the other.
 *
 *   npx tsx examples/lecture/01-hidden-states.ts
 */
import { learn, lookInto, SUMMARY } from "./learn.ts";
import { headOf } from "./numbers.ts";
import { bar, expectation, fixed, table, vector } from "./table.ts";

const look = await lookInto(await learn(...SUMMARY));
const pair = { source: "We see the green car.", target: "Nous voyons la voiture verte." };
const { taps, said } = await look.run(pair, { taps: ["**.hidden", "**.forgetGate"] });
look.close();

const length = (xs: readonly number[]): number => Math.hypot(...xs);
const change = (xs: readonly number[], before: readonly number[] = []): number =>
  length(xs.map((x, d) => x - (before[d] ?? 0)));
const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;

/** One row a step: h, how far it moved, and the share of the old cell state that was kept. */
function steps(place: string, tokens: readonly string[]): void {
  const states = headOf(taps.get(`${place}.hidden`));
  const gates = headOf(taps.get(`${place}.forgetGate`));
  const rows = states.map((h, t) => [
    `${t + 1} ${tokens[t]}`,
    vector(h.slice(0, 4)),
    fixed(length(h)),
    fixed(change(h, states[t - 1])),
    fixed(mean(gates[t] ?? [])),
    bar(mean(gates[t] ?? []), 20).padEnd(20),
  ]);
  table([place, "h[0] to h[3]", "length", "moved by", "kept of c", ""], rows);
  console.log();
}
const tokensOf = (path: string) => taps.get(path)?.axes[1]?.tokens?.reads ?? [];
steps("encoder.layers.0.forward", tokensOf("encoder.layers.0.forward.hidden"));
steps("decoder.stack.cells.0", tokensOf("decoder.stack.cells.0.hidden"));
console.log(`it would say: ${said.likeliest.join(" ")}`);
expectation(
  "every word moves the state, and the last state of the encoder is all that the decoder gets. It starts\n" +
    "from it, reads its own last word at each step, and has to keep in mind what is still to be said.",
);

/**
 * Claim: a training step in the page, on WASM with two threads, takes at most three times as long as native.
 *
 *   npx tsx bench/browser/browser.ts [--rounds 6] [--steps 4] [--dropout 0.1] [--sizes 0,1] [--device wasm] [--threads 2]
 *
 * Chromium and Node run the same graph in alternating rounds, each while the other waits. Needs Chromium (Debian's, or
 * CHROMIUM=…).
 */
import { parseArgs } from "node:util";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { bundlePage, serve } from "../../test/page/bundle.ts";
import { absentChromium, openChromium, openPage } from "../../test/page/chromium.ts";
import { machine, median, spread } from "../machine.ts";
import { openHeedStep, sizes } from "../train-step/heed-step.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "6" },
    steps: { type: "string", default: "4" },
    dropout: { type: "string", default: "0" },
    sizes: { type: "string", default: "0,1" },
    device: { type: "string", default: "wasm" },
    threads: { type: "string", default: "2" },
  },
});
if (absentChromium) throw new Error(absentChromium);
const bundle = await bundlePage(import.meta.dirname);
const server = await serve(bundle.folder, { isolated: true });
const browser = await openChromium();
const page = await openPage(browser, server.url);
const ask = <T>(name: string, ...args: readonly unknown[]): Promise<T> =>
  page.evaluate(`page.${name}(${args.map((arg) => JSON.stringify(arg)).join(", ")})`);

console.log(`${machine()}; Chromium ${browser.version()}; dropout ${values.dropout}`);
console.log(`medians of ${values.rounds} alternating rounds of ${values.steps} steps\n`);
console.log(
  "| size | page | page ms (middle half) | native ms (middle half) | page / native | best / best |",
);
console.log("|---|---|---|---|---|---|");
for (const index of values.sizes.split(",")) {
  const size = sizes[Number(index)];
  if (!size) throw new Error(`--sizes: there is no size ${index}`);
  const dropout = Number(values.dropout);
  const description = await ask<string>("open", values.device, Number(values.threads), size, dropout);
  const native = await openHeedStep(openNativeEngine(), size, dropout);
  // WASM is compiled twice, quickly at first and well while it runs.
  await ask("run", 6);
  for (let i = 0; i < 3; i++) await native.run();
  const there: number[] = [];
  const here: number[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    there.push(...(await ask<number[]>("run", Number(values.steps))));
    for (let i = 0; i < Number(values.steps); i++) here.push(await native.run());
  }
  native.close();
  const cells = [
    ...[size.name, description],
    ...[there, here].map((times) => `${median(times).toFixed(0)} (${spread(times)})`),
    (median(there) / median(here)).toFixed(2),
    (Math.min(...there) / Math.min(...here)).toFixed(2),
  ];
  console.log(`| ${cells.join(" | ")} |`);
}
await browser.close();
await server.close();
bundle.remove();

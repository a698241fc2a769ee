/**
 * Claim: on a network a sum takes what its bytes take, t = 2(n-1)/n · bytes / rate, within 15 %.
 *
 *   npx tsx bench/distributed/link.ts [--rounds 3]
 *
 * Two network namespaces with a shaped link between them, as root on Linux, with Open MPI. 4 million numbers, so that the link
 * and not the processors decide.
 */
import { parseArgs } from "node:util";
import { absentHosts, overLink } from "../../test/distributed/two-hosts.ts";
import { machine, median } from "../machine.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" } } });
const absent = absentHosts();
if (absent) throw new Error(absent);
console.log(`${machine()}; best of ${values.rounds} medians\n`);
console.log(
  "| link | wire | MB sent by a rank | ms by the model | ms measured | ratio |\n|---|---|---|---|---|---|",
);
for (const mbit of [100, 200, 500, 1000]) {
  for (const { wire, bytes } of [
    { wire: "float32", bytes: 4 },
    { wire: "bfloat16", bytes: 2 },
  ]) {
    const numbers = 4e6;
    const model = (bytes * numbers * 8) / (mbit * 1000);
    const times: number[] = [];
    let sent = 0;
    for (let round = 0; round < Number(values.rounds); round++) {
      const found = await overLink(`${mbit}mbit`, { numbers, times: 3, wire });
      times.push(found.ms);
      sent = median(found.bytes) / 3e6;
    }
    const best = Math.min(...times);
    const row = [
      `${mbit} Mbit/s`,
      wire,
      sent.toFixed(2),
      model.toFixed(0),
      best.toFixed(0),
      (best / model).toFixed(2),
    ];
    console.log(`| ${row.join(" | ")} |`);
  }
}

/** One rank that sums so many numbers so often over a link; rank 0 prints the median in milliseconds. */
import { openCommunicator } from "../../src/distributed/open-communicator.node.ts";
import { sumOverRanks, type Wire } from "../../src/distributed/sum.ts";

const [count = "1", times = "1", wire = "float32"] = process.argv.slice(2);
const communicator = await openCommunicator();
const numbers = new Float32Array(Number(count)).fill(1);
const found: number[] = [];
for (let i = 0; i < Number(times); i++) {
  await communicator.barrier();
  const start = performance.now();
  await sumOverRanks(communicator, numbers, wire as Wire);
  found.push(performance.now() - start);
}
const median = found.sort((a, b) => a - b)[found.length >> 1];
if (communicator.rank === 0) console.log(JSON.stringify({ rank: 0, result: median }));
await communicator.close();

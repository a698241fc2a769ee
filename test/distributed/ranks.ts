/** One rank of the tests: does what its arguments say and prints what came of it. */
import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { openCommunicator } from "../../src/distributed/open-communicator.node.ts";
import { numbers } from "./numbers.ts";

const [task, who = "1"] = process.argv.slice(2);
const communicator = await openCommunicator();
const { rank, size } = communicator;
const print = (result: unknown): void => console.log(JSON.stringify({ rank, size, result }));
const digest = (a: ArrayBufferView): string =>
  createHash("sha256")
    .update(new Uint8Array(a.buffer, a.byteOffset, a.byteLength))
    .digest("hex");

const tasks: Readonly<Record<string, () => Promise<void>>> = {
  /** Every collective, on arrays of more than one piece. */
  collectives: async () => {
    const length = 1_500_001;
    const sum = numbers(length, rank);
    await communicator.allReduce(sum, "sum");
    const mean = numbers(5, rank);
    const { totalWeight } = await communicator.allReduceMean(mean, rank + 1);
    const extremes = { min: Int32Array.of(rank, -rank), max: Float64Array.of(rank, -rank) };
    await communicator.allReduce(extremes.min, "min");
    await communicator.allReduce(extremes.max, "max");
    const sent = rank === size - 1 ? numbers(1000, rank) : new Float32Array(1000);
    await communicator.broadcast(sent, size - 1);
    const gathered = await communicator.allGather(Uint8Array.of(rank, 2 * rank));
    const swapped = await communicator.allToAll(Uint8Array.from({ length: size }, (_, to) => 10 * rank + to));
    await communicator.barrier();
    print({
      sum: digest(sum),
      some: [...sum.subarray(length - 4)],
      mean: [...mean],
      totalWeight,
      min: [...extremes.min],
      max: [...extremes.max],
      sent: digest(sent),
      gathered: [...gathered],
      swapped: [...swapped],
    });
  },
  /** Reduces for ever; the rank `who` prints its process so that something can be done to it. */
  endless: async () => {
    if (rank === Number(who)) print(process.pid);
    for (;;) await communicator.allReduce(numbers(1000, rank), "sum");
  },
  /** The rank `who` leaves in the middle. */
  leaves: async () => {
    await communicator.barrier();
    if (rank === Number(who)) process.exit(3);
    for (;;) await communicator.allReduce(numbers(1000, rank), "sum");
  },
  /** The rank `who` comes far too late. */
  absent: async () => {
    if (rank === Number(who)) await setTimeout(60_000);
    await communicator.allReduce(numbers(10, rank), "sum");
  },
};
await tasks[task ?? ""]?.();
await communicator.close();

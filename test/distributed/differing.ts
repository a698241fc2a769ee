/** Ranks of one training, each in a folder with a configuration of its own: `differing.ts RUN CONFIG CONFIG…` */
import { dirname } from "node:path";
import { processIo } from "../../src/cli/io.ts";
import { runCommand } from "../../src/cli/main.ts";

const [run = "", ...configs] = process.argv.slice(2);
const config = configs[Number(process.env.OMPI_COMM_WORLD_RANK ?? process.env.PMI_RANK)] ?? "";
process.chdir(dirname(config));
process.exitCode = await runCommand(["train", config, "--run", run], processIo());
if (process.exitCode !== 0) process.exit();

/** npm as people call it, in folders of their own. */
import { type SpawnSyncReturns, spawnSync } from "node:child_process";

/** Without what `npm test` tells the programs that it starts. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD|NODE_ENV|VITEST|HEED_)/i.test(name)),
);

/** Runs a line of a shell in a folder. */
export const shellIn = (
  cwd: string,
  line: string,
  further: Readonly<Record<string, string>> = {},
): SpawnSyncReturns<string> =>
  spawnSync("bash", ["-e", "-c", line], { cwd, env: { ...env, ...further }, encoding: "utf8" });

/** Why nothing can be installed; undefined where it can. */
export const absentRegistry = (): string | undefined =>
  shellIn(process.cwd(), "npm ping --fetch-retries 0 --fetch-timeout 10000").status === 0
    ? undefined
    : "npm's registry cannot be reached";

/**
 * The control of the crash tests: loaded before Heed, it puts what was written to a temporary file into its place as a careless
 * program would, piece by piece into the file that is there.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { basename, join } from "node:path";

const rename = fs.renameSync;

function writeInPlace(from, to) {
  const content = fs.readFileSync(from);
  const half = content.length >> 1;
  const file = fs.openSync(to, "w");
  fs.writeSync(file, content, 0, half);
  fs.writeSync(file, content, half);
  fs.closeSync(file);
}

fs.renameSync = (from, to) => {
  if (!basename(`${from}`).startsWith(".writing-")) return rename(from, to);
  if (fs.statSync(from).isDirectory()) {
    fs.mkdirSync(to);
    for (const name of fs.readdirSync(from)) writeInPlace(join(from, name), join(to, name));
  } else writeInPlace(from, to);
  fs.rmSync(from, { recursive: true });
};
syncBuiltinESMExports();

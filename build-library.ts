/**
 * Builds what the package publishes of src/: programs without comments and white space, and the declarations of public modules.
 *
 *   npx tsx build-library.ts [FOLDER]     default: dist
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = import.meta.dirname;

export async function buildLibrary(folder: string): Promise<void> {
  await Promise.all([compile("tsconfig.build.json", folder), compile("tsconfig.declarations.json", folder)]);
  const written = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const programs = written.filter((name) => name.endsWith(".js")).map((name) => join(folder, name));
  // Lines of 120 characters, so that a stack trace says where.
  const compact = { minifyWhitespace: true, lineLimit: 120 } as const;
  const place = { outbase: folder, outdir: folder, allowOverwrite: true } as const;
  await build({ entryPoints: programs, ...compact, ...place, logLevel: "warning" });
}

async function compile(project: string, folder: string): Promise<void> {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const args = [compiler, "-p", join(root, project), "--outDir", folder];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "inherit", "inherit"] });
  const [status] = await once(child, "exit");
  if (status !== 0) throw new Error(`tsc -p ${project} ended with ${status}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await buildLibrary(process.argv[2] ?? join(root, "dist"));

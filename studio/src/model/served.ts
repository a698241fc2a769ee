/** Folders that the server has. */
import { type Folder, fetched, folderAt, type Place } from "./files.ts";

/** A folder that the server has, by the paths of its files. */
export function servedPlace(name: string, paths: readonly string[], trainer?: Place["trainer"]): Place {
  const addressOf = (path: string): string =>
    new URL(`models/${encodeURIComponent(name)}/${path}`, location.href).href;
  const files = new Map(paths.map((path) => [path, addressOf(path)]));
  return { name, files, ...(trainer ? { trainer } : {}) };
}

/** A folder that the server offers, with the names of its files in `files.json`. */
export async function servedFolder(name: string, address: string): Promise<Folder> {
  const names = (await (await fetched(`${address}/files.json`)).json()) as string[];
  return folderAt(servedPlace(name, names));
}

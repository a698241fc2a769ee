/** Folders that a person drops on the page or picks. */
import type { Tree } from "./given.ts";

/** A folder that was chosen in a file picker: `webkitdirectory`. */
export function pickedTree(list: Iterable<File>): Tree {
  const files = new Map<string, Blob>();
  let name = "";
  for (const file of list) {
    const [first = "", ...rest] = file.webkitRelativePath.split("/");
    name = first;
    files.set(rest.join("/"), file);
  }
  return { name, files };
}

/** A folder, several of them, or files, dropped on the page; undefined when nothing of the kind was dropped. */
export async function droppedTree(transfer: DataTransfer): Promise<Tree | undefined> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const [entry] = entries;
  if (!entry) return undefined;
  const files = new Map<string, Blob>();
  if (entries.length === 1 && entry.isDirectory)
    for (const one of await entriesOf(entry as FileSystemDirectoryEntry)) await collect(one, "", files);
  else for (const one of entries) await collect(one, "", files);
  return { name: entry.name, files, isFile: entries.length === 1 && entry.isFile };
}

/** More than this is no folder of runs, but a disk. */
const MOST = 50_000;

async function collect(entry: FileSystemEntry, above: string, files: Map<string, Blob>): Promise<void> {
  const path = `${above}${entry.name}`;
  if (entry.isFile) {
    files.set(path, await fileOf(entry as FileSystemFileEntry));
    return;
  }
  if (entry.name.startsWith(".") || entry.name === "node_modules" || files.size > MOST) return;
  for (const one of await entriesOf(entry as FileSystemDirectoryEntry)) await collect(one, `${path}/`, files);
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

async function entriesOf(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  // A reader gives a hundred at a time, and then none.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}

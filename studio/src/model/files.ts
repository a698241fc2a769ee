/** The files of a run or an exported folder, wherever they come from. */

/** Contents by path inside the folder: `config.yaml`, `model.safetensors`, … */
export type Files = ReadonlyMap<string, Uint8Array>;

/** Files that a model needs; checkpoints, logs and the rest are left where they are. */
const needed = (path: string): boolean => /^[^/]+\.(yaml|json|safetensors|txt)$/.test(path);

/** What a folder is called, and its files. */
export interface Folder {
  readonly name: string;
  readonly files: Files;
}

/** A folder that was chosen in a file picker: `webkitdirectory`. */
export async function pickedFolder(list: FileList): Promise<Folder> {
  const files = new Map<string, Uint8Array>();
  let name = "";
  for (const file of list) {
    const [first = "", ...rest] = file.webkitRelativePath.split("/");
    name = first;
    const path = rest.join("/");
    if (needed(path)) files.set(path, new Uint8Array(await file.arrayBuffer()));
  }
  return { name, files };
}

/** A folder, or files, dropped on the page; undefined when nothing of the kind was dropped. */
export async function droppedFolder(transfer: DataTransfer): Promise<Folder | undefined> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const [entry] = entries;
  if (!entry) return undefined;
  const folder = entry.isDirectory ? await entriesOf(entry as FileSystemDirectoryEntry) : entries;
  const files = new Map<string, Uint8Array>();
  for (const one of folder) {
    if (!one.isFile || !needed(one.name)) continue;
    const file = await new Promise<File>((resolve, reject) =>
      (one as FileSystemFileEntry).file(resolve, reject),
    );
    files.set(one.name, new Uint8Array(await file.arrayBuffer()));
  }
  return { name: entry.name, files };
}

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

/** A folder that the server offers, with the names of its files in `files.json`. */
export async function servedFolder(name: string, address: string): Promise<Folder> {
  const names = (await (await fetched(`${address}/files.json`)).json()) as string[];
  const contents = await Promise.all(
    names.filter(needed).map(async (path) => {
      const response = await fetched(`${address}/${path}`);
      return [path, new Uint8Array(await response.arrayBuffer())] as const;
    }),
  );
  return { name, files: new Map(contents) };
}

async function fetched(address: string): Promise<Response> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status} ${response.statusText}`);
  return response;
}

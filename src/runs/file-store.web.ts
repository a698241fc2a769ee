import type { FileStore } from "./remote-files.ts";

/** The name of Heed's cache in the page: `caches.delete("heed")` empties it. */
const NAME = "heed";

interface Cache {
  match(url: string): Promise<Response | undefined>;
  put(url: string, response: Response): Promise<void>;
}

/** The page's Cache API. Undefined where there is none, as in pages that are not served over https. */
export async function openFileStore(): Promise<FileStore | undefined> {
  const { caches } = globalThis as { readonly caches?: { open(name: string): Promise<Cache> } };
  // A page may have the API without being allowed to use it.
  const cache = await caches?.open(NAME).catch(() => undefined);
  if (!cache) return undefined;
  return {
    match: (url) => cache.match(url).catch(() => undefined),
    keep: async (url, bytes, headers) => {
      const versions = ["etag", "last-modified"].flatMap((name) => {
        const value = headers.get(name);
        return value === null ? [] : [[name, value] as [string, string]];
      });
      // Where there is no room left, the file is loaded again at the next visit.
      await cache.put(url, new Response(bytes, { headers: versions })).catch(() => undefined);
    },
  };
}

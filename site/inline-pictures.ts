import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A picture on a line of its own. */
const PICTURE = /^!\[([^\]]*)\]\(([^)]+\.svg)\)$/gm;

/**
 * Puts pictures that `heed/pictures` drew into the page itself, where they follow its light or dark scheme and say their
 * numbers under a pointer. Other files, drawn light, stay images.
 *
 * @param folder  Of the document, to which the links are relative.
 */
export function inlinePictures(text: string, folder: string): string {
  const styles = new Set<string>();
  const inlined = text.replace(PICTURE, (whole, caption: string, target: string) => {
    const svg = readFileSync(join(folder, target), "utf8");
    const style = /<style>([\s\S]*?)<\/style>\n?/.exec(svg);
    if (!style?.[1]?.includes("prefers-color-scheme")) return whole;
    styles.add(followingThePage(style[1]));
    const markup = svg
      .replace(style[0], "")
      .replaceAll(/\n\s*\n/g, "\n")
      .trim();
    return `<figure class="inline" v-pre>\n${markup}\n<figcaption>${caption}</figcaption>\n</figure>`;
  });
  if (styles.size === 0) return inlined;
  return `${inlined}\n<style>\n${[...styles].join("\n")}\n</style>\n`;
}

/** The reader may choose a scheme that is not the system's. */
const followingThePage = (style: string): string =>
  style.replace(
    /@media screen and \(prefers-color-scheme: dark\) \{ (\.[\w-]+ \{[^}]*\}) \}/g,
    (_, rule: string) => `.dark ${rule}`,
  );

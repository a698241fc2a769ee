/** How often each n-gram of words occurs. Words must not contain spaces. */
export function wordNgrams(words: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let start = 0; start + n <= words.length; start++) {
    const gram = words.slice(start, start + n).join(" ");
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

/** How often each n-gram of characters (code points) occurs, for n from 1 to `order`. */
export function charNgrams(text: string, order: number): Map<string, number>[] {
  const starts: number[] = [];
  for (let at = 0; at < text.length; at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) starts.push(at);
  starts.push(text.length);
  return Array.from({ length: order }, (_, i) => {
    const counts = new Map<string, number>();
    for (let start = 0; start + i + 1 < starts.length; start++) {
      const gram = text.slice(starts[start], starts[start + i + 1]);
      counts.set(gram, (counts.get(gram) ?? 0) + 1);
    }
    return counts;
  });
}

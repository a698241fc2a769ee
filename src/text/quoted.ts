/** A word of a shell's command line, in quotes where the shell would read it otherwise. */
export const quoted = (word: string): string =>
  /^[\w./:=@,+%-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

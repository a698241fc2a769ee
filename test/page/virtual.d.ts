declare module "virtual:every-subpath" {
  /** What each entry of the package exports to a page. */
  export const names: Readonly<Record<string, readonly string[]>>;
}

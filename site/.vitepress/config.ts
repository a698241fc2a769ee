import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type DefaultTheme, defineConfig } from "vitepress";

const pages = join(import.meta.dirname, "../pages");

/** Pages of a folder in a given order, each with its title. */
const items = (folder: string, entries: Readonly<Record<string, string>>): DefaultTheme.SidebarItem[] =>
  Object.entries(entries).map(([path, text]) => ({ text, link: `${folder}${path}` }));

/** The entries of the package, as generated. */
const api = (): DefaultTheme.SidebarItem[] =>
  readdirSync(join(pages, "reference/api/heed"))
    .map((name) => name.replace(/\.md$/, ""))
    .sort()
    .map((name) => ({ text: `heed/${name}`, link: `/reference/api/heed/${name}` }));

const start = items("/start/", {
  install: "Install",
  quickstart: "Quickstart",
  "own-data": "Your own data",
  size: "How big a model?",
});
const lecture = [
  ...items("/lecture/", {
    "": "Contents",
    "01-one-word-at-a-time": "1. One word at a time",
    "02-all-the-baggage": "2. All the baggage",
    "03-looking-back": "3. Looking back",
    "04-query-key-value": "4. Query, key, value",
    "05-every-word": "5. Every word asks every word",
    "06-divide": "6. Divide by √d",
    "07-many-heads": "7. Many heads",
    "08-order": "8. Order",
    "09-the-block": "9. The block",
    "10-the-transformer": "10. The Transformer",
  }),
  { text: "Row by row", link: "/lecture" },
];
const howTo = [
  ...items("/how-to/", {
    page: "Translate in a page",
    "translate-texts": "Translate whole texts",
    "fine-tune": "Adapt a trained model",
    distill: "Make it small",
    align: "Align words",
    "look-inside": "Look inside",
    evaluate: "Evaluate honestly",
    export: "Export to Python",
    import: "Import a model",
  }),
  { text: "Jobs by the thousand", link: "/jobs" },
  { text: "Run it in production", link: "/serving" },
  { text: "Look inside from code", link: "/inspect" },
  { text: "Beyond one machine", link: "/scale" },
];
const reference = [
  ...items("/reference/", {
    commands: "Commands",
    configuration: "Configuration",
    ops: "Ops",
    layers: "Layers and models",
    errors: "Errors",
  }),
  { text: "Taps", link: "/taps" },
];
const inside = [
  ...items("/inside/", {
    "": "Overview",
    graph: "The graph",
    gradients: "Gradients",
    lowering: "Lowering",
    runtime: "Running",
  }),
  { text: "How Heed is built", link: "/design" },
  { text: "Decisions", link: "/decisions" },
  { text: "Results", link: "/results" },
  { text: "Performance", link: "/performance" },
  { text: "Reliability", link: "/reliability" },
  ...items("/inside/", { contributing: "Contributing", changelog: "Changelog" }),
];

export default defineConfig({
  title: "Heed",
  description: "Attention models in TypeScript: train them, look inside them, ship them.",
  srcDir: "pages",
  outDir: "dist",
  // No font, script or search from elsewhere: the folder works on any file server, without a network.
  head: [["link", { rel: "icon", href: "data:," }]],
  markdown: { theme: { light: "github-light-high-contrast", dark: "github-dark" } },
  themeConfig: {
    search: {
      provider: "local",
      options: {
        _render: (source, env, md) => {
          const html = md.render(source, env);
          return env.frontmatter?.search === false ? "" : html;
        },
      },
    },
    outline: { level: [2, 3] },
    nav: [
      { text: "Start", link: "/start/install", activeMatch: "/start/" },
      { text: "Lecture", link: "/lecture/", activeMatch: "/lecture" },
      { text: "How-to", link: "/how-to/page", activeMatch: "/how-to/" },
      { text: "Reference", link: "/reference/commands", activeMatch: "/reference/" },
      { text: "Inside", link: "/inside/", activeMatch: "/inside/" },
    ],
    sidebar: [
      { text: "Start", items: start },
      { text: "The lecture", collapsed: false, items: lecture },
      { text: "How-to", collapsed: false, items: howTo },
      {
        text: "Reference",
        collapsed: false,
        items: [...reference, { text: "TypeScript", collapsed: true, items: api() }],
      },
      { text: "Inside", collapsed: false, items: inside },
    ],
  },
});

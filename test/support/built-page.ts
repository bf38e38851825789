/** A page of one script, as Vite builds it for browsers. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "vite";

/** The folder with the page that was built. What lies in the given one's `public` is there as well, as `icon` does. */
export async function buildPage(
  folder: string,
  script: string,
  { title, icon, stylesheet }: { readonly title: string; readonly icon: string; readonly stylesheet?: string },
): Promise<string> {
  const head = `<!doctype html><title>${title}</title><link rel="icon" href="${icon}">`;
  const style = stylesheet === undefined ? "" : `<link rel="stylesheet" href="${stylesheet}">`;
  await writeFile(
    join(folder, "index.html"),
    `${head}${style}<div id="root"></div><script type="module" src="${script}"></script>`,
  );
  const page = join(folder, "page");
  await build({
    configFile: false,
    root: folder,
    base: "./",
    logLevel: "error",
    // React's own checks: effects that are run twice in strict mode, warnings on the console.
    define: { "process.env.NODE_ENV": '"development"' },
    build: { outDir: page, emptyOutDir: true, modulePreload: { polyfill: false } },
  });
  return page;
}

/** A page of one script, as Vite builds it for browsers. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "vite";

/** The folder with the page that was built, with an icon of its own where none is given. */
export async function buildPage(
  folder: string,
  script: string,
  { title, icon, stylesheet }: { readonly title: string; readonly icon?: string; readonly stylesheet?: string },
): Promise<string> {
  if (icon === undefined) {
    await mkdir(join(folder, "public"));
    await writeFile(join(folder, "public", "favicon.svg"), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  }
  const head = `<!doctype html><title>${title}</title><link rel="icon" href="${icon ?? "./favicon.svg"}">`;
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

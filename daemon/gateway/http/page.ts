import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import type { Log } from "../../config/log.ts";
import { plain, respondWith, type WholeResponse } from "./response.ts";

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};

/** The page loads and talks to nothing but the daemon itself, and can't be framed: it holds a token. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Vite puts a hash of the content into these files' names. */
const HASHED_FOLDER = "/assets/";

export type Page = (path: string) => WholeResponse | undefined;

/**
 * Reads a folder of static files into memory, once: what isn't in it now can't be asked for, whatever the path says.
 * @param folder with an `index.html`; undefined: no page
 * @returns the answer to a path as sent, or undefined where there is no such file
 */
export async function loadPage(folder: string | undefined, log: Log): Promise<Page> {
  const files = folder === undefined ? new Map<string, WholeResponse>() : await readFolder(folder);
  if (folder !== undefined && !files.has("/")) {
    log.warn({ folder }, "there is no page to serve: build it with npm run build");
  }
  return (path) => {
    if (path === "/" && files.size === 0) return plain(404, "The page is not built: npm run build makes it.");
    return files.get(path);
  };
}

async function readFolder(folder: string): Promise<Map<string, WholeResponse>> {
  const files = new Map<string, WholeResponse>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    const contentType = CONTENT_TYPES[extname(entry.name)];
    if (!entry.isFile() || contentType === undefined) continue;
    const file = join(entry.parentPath, entry.name);
    const path = `/${relative(folder, file).split(sep).join("/")}`;
    const cache = path.startsWith(HASHED_FOLDER) ? "public, max-age=31536000, immutable" : "no-cache";
    const headers = { "content-security-policy": CONTENT_SECURITY_POLICY, "cache-control": cache };
    const response = respondWith(200, contentType, await readFile(file), headers);
    files.set(path, response);
    if (path === "/index.html") files.set("/", response);
  }
  return files;
}

/** Serves the page that `npm run build` made. DELTAD_URL, DELTAD_TOKEN and PORT say which daemon, as whom, and where. */
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname } from "node:path";
import { render } from "./dist/server/server.js";

const { DELTAD_URL: url = "http://127.0.0.1:4000", DELTAD_TOKEN: token = "", PORT: port = "3000" } = process.env;
const built = new URL("dist/browser/", import.meta.url);
const page = readFileSync(new URL("index.html", built), "utf8");
const TYPES = { ".js": "text/javascript", ".css": "text/css" };

const server = createServer(async ({ method, url: path = "/" }, response) => {
  try {
    const asset = /^\/assets\/[\w.-]+$/.test(path) ? new URL(`.${path}`, built) : undefined;
    if (asset && existsSync(asset)) {
      response.setHeader("content-type", TYPES[extname(path)] ?? "application/octet-stream").end(readFileSync(asset));
    } else if (method === "POST" && path === "/api/live-token") {
      // An application makes one here for whoever is signed in.
      response.setHeader("content-type", "text/plain").end(token);
    } else if (path === "/") {
      const { html, first } = await render({ url, getToken: () => token }, url, "1");
      const whole = page.replace("<!--page-->", () => html).replace("<!--first-->", () => first);
      response.setHeader("content-type", "text/html; charset=utf-8").end(whole);
    } else {
      response.writeHead(404).end("there is nothing here\n");
    }
  } catch (error) {
    response.writeHead(502).end(`${error.message}\n`);
  }
});
server.listen(Number(port), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/`));

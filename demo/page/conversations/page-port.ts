/** A port that whoever gave the page out has put into it, `<meta name="…-port">`; undefined where nobody did. */
export function pagePort(name: "conversations" | "deltad"): string | undefined {
  const port = document.querySelector(`meta[name="${name}-port"]`)?.getAttribute("content") ?? "";
  return /^\d{1,5}$/.test(port) ? port : undefined;
}

/** The address of that port on the page's own host, without a slash at its end. */
export function addressOf(port: string): string {
  return `http://${location.hostname}:${port}`;
}

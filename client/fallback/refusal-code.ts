/** The close code that says what an HTTP status does. */
export function codeOf(status: number): number {
  switch (status) {
    case 401:
      return 4401;
    case 403:
    case 404:
      return 4403;
    case 429:
      return 4429;
    case 503:
      return 1013;
    default:
      return 1006;
  }
}

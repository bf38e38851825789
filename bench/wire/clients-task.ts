/** For a process that connects dashboards, each of one owner. */
export interface ClientsTask {
  readonly port: number;
  readonly clients: readonly { readonly owner: string; readonly token: string }[];
}

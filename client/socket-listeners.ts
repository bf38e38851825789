export interface SocketEvents {
  readonly open: undefined;
  readonly error: undefined;
  readonly message: { readonly data: unknown };
  readonly close: { readonly code: number; readonly reason?: string };
}

/** The listeners of a thing that looks like a WebSocket. */
export class SocketListeners {
  readonly #listeners = new Map<keyof SocketEvents, Set<(event: never) => void>>();

  addEventListener<Type extends keyof SocketEvents>(type: Type, listener: (event: SocketEvents[Type]) => void): void {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners.add(listener));
  }

  protected dispatch<Type extends keyof SocketEvents>(type: Type, event: SocketEvents[Type]): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event as never);
  }
}

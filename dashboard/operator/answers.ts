/** What the operators' listener answers, as far as the page shows it. docs/running.md tells all of it. */
export interface Reach {
  /** Daemons that have not answered. */
  readonly silent: number;
  /** There may be daemons that can't be heard. */
  readonly isPartial: boolean;
}

export interface Statistics extends Reach {
  readonly all: {
    readonly daemons: number;
    readonly connections: number;
    readonly subjects: { readonly least: number; readonly most: number };
    readonly averagePerSubject: number;
    readonly subscriptions: number;
    readonly largestTopics: readonly { readonly topic: string; readonly subscriptions: number }[];
  };
}

export interface Daemon {
  readonly daemon: string;
  readonly isReady: boolean;
  readonly isDraining: boolean;
  readonly reader?: {
    readonly epoch: string;
    readonly pid: number;
    readonly isLeader: boolean;
    readonly mode: "armed" | "following" | "streaming";
    readonly bells: number;
    readonly reads: number;
  };
  readonly batches: { readonly batches: number; readonly changes: number };
  readonly lastBatch?: {
    readonly at: string;
    readonly readMs: number;
    readonly applyMs: number;
    readonly changes: number;
  };
  readonly loads: { readonly waiting: number; readonly loading: number };
  readonly sending: { readonly blocked: number; readonly bufferedBytes: number };
  readonly traffic: { readonly messagesReceived: number; readonly framesSent: number; readonly bytesSent: number };
  readonly audits: { readonly ended: number; readonly drifts: number };
}

export interface Lease {
  readonly epoch: string;
  readonly application: string;
  readonly pid: number;
  readonly heldSeconds: number;
  readonly renewedSeconds: number;
  readonly blockedBy: readonly number[];
}

export interface OpenTransaction {
  readonly pid?: number;
  readonly name?: string;
  readonly role: string;
  readonly application?: string;
  readonly state?: string;
  readonly seconds?: number;
  readonly querySeconds?: number;
}

export interface State extends Reach {
  readonly daemons: readonly Daemon[];
  readonly database:
    | { readonly leases: readonly Lease[]; readonly oldest?: OpenTransaction; readonly reason?: undefined }
    | { readonly reason: string };
}

export interface Connection {
  readonly id: string;
  readonly daemon: string;
  readonly subject?: string;
  readonly isAdmin: boolean;
  readonly address: string;
  readonly since: string;
  readonly messagesReceived: number;
  readonly framesSent: number;
  readonly bytesSent: number;
  readonly bufferedBytes: number;
  readonly isBlocked: boolean;
  readonly subscriptions: number;
  readonly topics: readonly string[];
}

export interface Connections extends Reach {
  readonly found: number;
  readonly connections: readonly Connection[];
}

export interface Frames {
  readonly frames: readonly {
    readonly at: string;
    readonly type: string;
    readonly topic?: string;
    readonly bytes: number;
    readonly version?: number;
    readonly delayMs: number;
    readonly bufferedBytes: number;
  }[];
}

export interface Options {
  readonly options: readonly {
    readonly name: string;
    readonly value?: string;
    readonly origin: string;
    readonly isSecret?: boolean;
  }[];
}

/** The rows of channels.ts, as the page gets them. */
export interface MessageRow {
  readonly authorId: string;
  readonly author: string;
  readonly body: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly editedAt: string | null;
}

export interface MemberRow {
  readonly personId: string;
  readonly name: string;
}

export interface ConversationRow {
  readonly conversationId: string;
  readonly title: string;
}

/** By kind of channels. */
export interface Channels {
  readonly [kind: string]: Readonly<Record<string, object>>;
  readonly conversation: { readonly messages: MessageRow; readonly members: MemberRow };
  readonly person: { readonly conversations: ConversationRow };
}

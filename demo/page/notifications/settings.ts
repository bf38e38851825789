/** Which kinds of notices are wanted, and whether outside of the page as well; remembered by the browser. */
import { remember, remembered } from "../../../dashboard/storage.ts";
import { NOTICE_KINDS, type NoticeKind } from "./feed.ts";

export interface NoticeSettings {
  readonly muted: readonly NoticeKind[];
  readonly isOutside: boolean;
}

const OUTSIDE = "outside";

export function readSettings(): NoticeSettings {
  const words = (remembered("notifications") ?? "").split(" ");
  return { muted: NOTICE_KINDS.filter((kind) => words.includes(kind)), isOutside: words.includes(OUTSIDE) };
}

export function keepSettings({ muted, isOutside }: NoticeSettings): void {
  remember("notifications", [...muted, ...(isOutside ? [OUTSIDE] : [])].join(" "));
}

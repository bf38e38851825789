import type { ReactNode } from "react";

interface Props {
  readonly label: string;
  readonly size?: "small" | "large";
  readonly children: ReactNode;
}

/** A value under its label, inside a `<dl>`. */
export function Figure({ label, size = "small", children }: Props) {
  return (
    <div className={`figure ${size}`}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

import { Component, type ReactNode } from "react";
import type { DisplayLabels } from "./labels.ts";

interface Props {
  readonly labels: DisplayLabels;
  readonly onError: ((error: unknown) => void) | undefined;
  readonly children: ReactNode;
}

interface State {
  readonly failure?: { readonly error: unknown } | undefined;
}

/** Keeps what goes wrong in the display from taking the page with it, and says what it is. */
export class Boundary extends Component<Props, State> {
  override readonly state: State = {};

  static getDerivedStateFromError(error: unknown): State {
    return { failure: { error } };
  }

  override componentDidCatch(error: unknown): void {
    this.props.onError?.(error);
  }

  override render(): ReactNode {
    const { failure } = this.state;
    const { labels, children } = this.props;
    if (!failure) return children;
    const { error } = failure;
    return (
      <div className="deltad-display deltad-failed" role="alert">
        <p>
          <strong>{labels.failed}</strong> {error instanceof Error ? error.message : String(error)}
        </p>
        <button type="button" onClick={() => this.setState({ failure: undefined })}>
          {labels.again}
        </button>
      </div>
    );
  }
}

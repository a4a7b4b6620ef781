import { Component, type ReactNode } from "react";

/** Keeps what stands around a part that fails, and says that it failed. */
export class Boundary extends Component<{ children: ReactNode }, { error: Error | undefined }> {
  override state = { error: undefined as Error | undefined };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <>
        <h1>This cannot be shown</h1>
        <p role="alert">{error.message.slice(0, 300)}</p>
      </>
    );
  }
}

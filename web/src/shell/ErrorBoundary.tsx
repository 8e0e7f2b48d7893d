import { Component, type ReactNode } from 'react';
import classes from './ErrorBoundary.module.css';

interface State {
  error: Error | null;
}

/** The last net: says that the page broke, and that nothing is lost. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <main className={classes.broken} role="alert">
        <h1>This page broke</h1>
        <p>Your workflow is kept in this browser and runs go on at the server. Reload to continue.</p>
        <pre>{error.message}</pre>
        <button type="button" onClick={() => location.reload()}>
          Reload
        </button>
      </main>
    );
  }
}

import type { ComponentChildren } from "preact";
import { ApiFault } from "../api/request.ts";
import { KeyForm } from "./key-form.tsx";
import { ErrorState, Skeleton } from "./states.tsx";
import type { Resource } from "./use-resource.ts";

export interface LoadedProps<Value> {
  of: Resource<Value>;
  onRetry: () => void;
  /** Lines of the placeholder while it is read for the first time. */
  lines?: number;
  children: (value: Value) => ComponentChildren;
}

/** Shows what an admin route gave: a placeholder first, the key's form where it is asked for, or what went wrong. */
export function Loaded<Value>({ of, onRetry, lines = 5, children }: LoadedProps<Value>) {
  if (of.state === "failed" && of.error instanceof ApiFault && of.error.status === 401) {
    return <KeyForm kind="admin" onKey={onRetry} />;
  }
  if (of.value !== undefined) return <>{children(of.value)}</>;
  if (of.state === "failed") return <ErrorState error={of.error} onRetry={onRetry} />;
  return <Skeleton lines={lines} />;
}

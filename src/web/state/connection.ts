import { signal } from "@preact/signals";

/** Whether the service answered the last time it was asked. */
export const isConnected = signal(true);

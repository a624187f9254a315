import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface RawClient {
  socket: Socket;
  write(text: string): void;
  /** What has come so far. */
  text(): string;
  /** Resolves with all that came when the server has closed the connection. */
  closed: Promise<string>;
}

/** A connection on which anything can be said, HTTP or not. */
export function connectRaw(url: string): RawClient {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  let text = "";
  socket.on("data", (part) => (text += part.toString("utf8")));
  // Being cut off is what is looked at here.
  socket.on("error", () => undefined);
  const closed = new Promise<string>((resolve) => {
    socket.once("close", () => resolve(text));
  });
  return { socket, closed, text: () => text, write: (part) => void socket.write(part) };
}

/** Says it all at once, and waits for the end. */
export async function sayRaw(url: string, request: string): Promise<string> {
  const client = connectRaw(url);
  client.write(request);
  return client.closed;
}

/** The problem in a response as it came over the wire. */
export function problemOf(response: string): unknown {
  return JSON.parse(response.slice(response.indexOf("\r\n\r\n") + 4));
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** Starts gateway-stand-in.ts as a process of its own. */
export async function startStandIn(): Promise<{ url: string; stop: () => void }> {
  const path = fileURLToPath(new URL("gateway-stand-in.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", path], { stdio: ["pipe", "pipe", "inherit"] });
  const [port]: unknown[] = await once(child.stdout.setEncoding("utf8"), "data");
  return { url: `http://127.0.0.1:${String(port).trim()}`, stop: () => child.stdin.end() };
}

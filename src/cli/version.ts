import { readFile } from "node:fs/promises";

/** Version of the package. */
export async function readVersion(): Promise<string> {
  const facts: unknown = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
  if (typeof facts === "object" && facts !== null && "version" in facts && typeof facts.version === "string") {
    return facts.version;
  }
  throw new Error("package.json has no version");
}

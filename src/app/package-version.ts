import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Version of this package, by the folder that holds its package.json. */
export async function packageVersion(packageRoot: string): Promise<string> {
  const facts: unknown = JSON.parse(await readFile(join(packageRoot, "package.json"), "utf8"));
  if (typeof facts === "object" && facts !== null && "version" in facts && typeof facts.version === "string") {
    return facts.version;
  }
  throw new Error("package.json has no version");
}

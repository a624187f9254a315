// The compiler writes no file modes, and npx runs the command as a program: without this, a second build breaks it.
import { chmodSync } from "node:fs";
import { fileURLToPath } from "node:url";

chmodSync(fileURLToPath(new URL("../dist/cli/main.js", import.meta.url)), 0o755);

#!/usr/bin/env node
import { readVersion } from "./version.ts";

// Only what is needed is loaded: the version must not wait for the rest.
const args = process.argv.slice(2);

if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
  process.stdout.write(`${await readVersion()}\n`);
} else {
  const { runProcess } = await import("./run-process.ts");
  await runProcess(args);
}

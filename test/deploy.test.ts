import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseToml } from "smol-toml";
import { expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import { configSchema } from "../src/config/schema.ts";

const ROOT = join(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** Instructions with their lines joined, comments left out. */
function instructionsOf(text: string): { name: string; rest: string }[] {
  const lines = text.split("\n").filter((line) => !/^\s*(?:#|$)/.test(line));
  const joined = lines.join("\n").replaceAll(/\\\n\s*/g, "");
  return joined.split("\n").map((line) => {
    const [, name = "", rest = ""] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    return { name, rest };
  });
}

const instructions = instructionsOf(read("Dockerfile"));
const named = (name: string): string[] => instructions.filter((one) => one.name === name).map(({ rest }) => rest);
const allowed = read(".dockerignore")
  .split("\n")
  .filter((line) => line.startsWith("!"))
  .map((line) => line.slice(1));

test("the Dockerfile copies only what is there and is not ignored", () => {
  const sources = named("COPY")
    .filter((rest) => !rest.includes("--from="))
    .flatMap((rest) =>
      rest
        .split(/\s+/)
        .filter((word) => !word.startsWith("--"))
        .slice(0, -1),
    );
  expect(sources.length).toBeGreaterThan(8);
  expect(sources.filter((source) => !existsSync(join(ROOT, source)))).toEqual([]);
  expect(sources.filter((source) => !allowed.includes(source))).toEqual([]);
  expect(allowed.filter((path) => !sources.includes(path))).toEqual([]);
});

test("the image runs as nobody special, is asked for its health, ends by SIGTERM and keeps data in a volume", () => {
  expect(named("USER")).toEqual(["node"]);
  expect(named("STOPSIGNAL")).toEqual(["SIGTERM"]);
  expect(named("VOLUME")).toEqual(["/data"]);
  expect(named("WORKDIR").at(-1)).toBe("/data");
  expect(named("HEALTHCHECK").join("")).toContain("/healthz");
  // Exec form: the process is the one that gets the signal.
  expect([...named("ENTRYPOINT"), ...named("CMD")].every((rest) => Array.isArray(JSON.parse(rest)))).toBe(true);
  const order = instructions.map(({ name }) => name);
  expect(order.lastIndexOf("USER")).toBeGreaterThan(order.lastIndexOf("RUN"));
});

test("no image layer and no example holds a secret", () => {
  for (const file of ["Dockerfile", "deploy/container.ini", "deploy/xianheng.service"]) {
    expect(read(file)).not.toMatch(/(?:KEY|SECRET|TOKEN|PASSWORD)\s*=\s*\S/);
  }
  const { services } = parseYaml(read("docker-compose.yml"));
  const environment: Record<string, string> = services.xianheng.environment;
  for (const value of Object.values(environment)) expect(value).toMatch(/^\$\{[A-Z_]+:[?-][^}]*\}$/);
  for (const secret of [".env", "config.ini", ".git", "workdir"]) expect(allowed).not.toContain(secret);
});

test("the container's configuration is valid and listens where a published port reaches it", () => {
  const config = configSchema.parse(parseToml(read("deploy/container.ini")));
  expect(config.server.host).toBe("0.0.0.0");
  expect(config.server.port).toBe(8280);
  expect(named("EXPOSE")).toEqual(["8280"]);
});

test("the service of systemd finishes answers, starts again after faults and is fenced in", () => {
  const unit = read("deploy/xianheng.service");
  for (const line of [
    "DynamicUser=yes",
    "StateDirectory=xianheng",
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "PrivateTmp=yes",
    "Restart=on-failure",
    "TimeoutStopSec=90",
  ]) {
    expect(unit.split("\n")).toContain(line);
  }
  const stopMs = Number(/STOP_MS = ([\d_]+)/.exec(read("src/cli/serve.ts"))?.[1]?.replaceAll("_", ""));
  expect(90_000).toBeGreaterThan(stopMs);
  expect(parseYaml(read("docker-compose.yml")).services.xianheng.stop_grace_period).toBe("90s");
});

// `npm test`: all set-up, then every check, the quick ones first. Stops at the first that fails.

import { platform } from "node:os";
import { join } from "node:path";
import { binary, env } from "./lib/places.mjs";
import { run, say, step } from "./lib/run.mjs";
import { build, cargoDeny, javascriptPackages, modelFiles, systemPackages, userInterface } from "./lib/setup.mjs";

const npm = (...args) => run("npm", ["run", "-s", ...args], { shell: platform() === "win32" });
const started = Date.now();

systemPackages({ forTests: true });
javascriptPackages();
modelFiles();

step("Formatting", () => run("cargo", ["fmt", "--all", "--check"]));
step("Interface: types and lint", () => npm("ui:check"));
step("Interface: unit tests", () => npm("ui:test"));
userInterface();
step("Licences, sources and banned crates", () => {
  const path = [join(cargoDeny(), ".."), process.env.PATH].join(platform() === "win32" ? ";" : ":");
  run("cargo", ["deny", "check", "bans", "licenses", "sources"], { env: { ...env, PATH: path } });
});

// The journeys drive the real binaries.
build("cabinet");
step("Rust: unit tests and journeys", () =>
  run("cargo", ["test", "--locked", "--workspace", "--no-fail-fast"], { env: { ...env, CABINET_REQUIRE_MODELS: "1", CABINET_BIN: binary("cabinet") }, stdio: "inherit" }),
);

say(`Everything passed in ${((Date.now() - started) / 60000).toFixed(1)} min.`);

// `npm test`: all set-up, then every check, the quick ones first. Stops at the first that fails.

import { platform } from "node:os";
import { join } from "node:path";
import { binary, env } from "./lib/places.mjs";
import { fail, run, say, step, works } from "./lib/run.mjs";
import { cargoDeny, javascriptPackages, modelFiles, roomToBuild, systemPackages, userInterface } from "./lib/setup.mjs";

const npm = (...args) => run("npm", ["run", "-s", ...args], { shell: platform() === "win32" });
const started = Date.now();

systemPackages({ forTests: true });
javascriptPackages();
modelFiles();

// Lints run in the compiler's place, so that each crate is compiled once: `cargo clippy` would check all nine hundred
// dependencies again and share nothing with the build. Warnings are errors here and nowhere else.
if (!works("clippy-driver", ["-V"])) fail("clippy is not installed. Install it (`rustup component add clippy`, or your system's rust-clippy), then run this again.");
const linted = { ...env, RUSTC_WORKSPACE_WRAPPER: "clippy-driver", CLIPPY_ARGS: "-Dwarnings__CLIPPY_HACKERY__" };

step("Formatting", () => run("cargo", ["fmt", "--all", "--check"]));
step("Interface: types", () => npm("ui:check"));
step("Interface: lint", () => npm("ui:lint"));
step("Interface: unit tests", () => npm("ui:test"));
userInterface();
step("Licences, sources and banned crates", () => {
  const path = [join(cargoDeny(), ".."), process.env.PATH].join(platform() === "win32" ? ";" : ":");
  run("cargo", ["deny", "check", "bans", "licenses", "sources"], { env: { ...env, PATH: path } });
});

roomToBuild();
step("Rust: build and lint", () => run("cargo", ["build", "--locked", "--workspace", "--all-targets"], { env: linted }));
// The journeys drive the program that was just built.
step("Rust: unit tests and journeys", () =>
  run("cargo", ["test", "--locked", "--workspace", "--no-fail-fast"], {
    env: { ...linted, CABINET_REQUIRE_MODELS: "1", CABINET_BIN: binary("cabinet") },
    stdio: "inherit",
  }),
);

if (platform() === "linux") {
  // The window as everybody gets it was built above; the driven one is built by its own tests.
  const built = { ...linted, CABINET_DESKTOP_BIN: binary("cabinet-desktop"), CABINET_BIN: binary("cabinet") };
  step("The real window, driven end to end", () => run("npm", ["run", "-s", "test:window"], { env: built, stdio: "inherit" }));
} else {
  say("The window is driven on Linux only; on this system its unit tests alone were run.");
}

say(`Everything passed in ${((Date.now() - started) / 60000).toFixed(1)} min.`);

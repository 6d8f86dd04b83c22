// `npm start`: all set-up, then the window. Without a display it says so and goes through the main job on the
// sample documents on the command line, printing what a user would see.

import { spawnSync } from "node:child_process";
import { platform } from "node:os";
import { env } from "./lib/places.mjs";
import { say } from "./lib/run.mjs";
import { build, javascriptPackages, modelFiles, systemPackages, userInterface } from "./lib/setup.mjs";
import { showMainJob } from "./lib/main-job.mjs";

systemPackages();
javascriptPackages();
modelFiles();
userInterface();

const display = platform() !== "linux" || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
if (display) {
  const app = build("cabinet-desktop", { also: ["src-tauri", "ui/dist/index.html"] });
  say("Opening Cabinet");
  process.exit(spawnSync(app, process.argv.slice(2), { env, stdio: "inherit" }).status ?? 1);
}

say("There is no display here, so the window cannot open. This is the main job on the command line instead.");
showMainJob(build("cabinet"));

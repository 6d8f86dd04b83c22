// `npm run -s cabinet -- ARGS`: the command line from a checkout, built first when something is newer.

import { spawnSync } from "node:child_process";
import { env } from "./lib/places.mjs";
import { build, modelFiles, systemPackages } from "./lib/setup.mjs";
import { existsSync } from "node:fs";
import { binary } from "./lib/places.mjs";

if (!existsSync(binary("cabinet"))) systemPackages();
modelFiles();
const done = spawnSync(build("cabinet"), process.argv.slice(2), { env, stdio: "inherit" });
process.exit(done.status ?? 1);

// Where things lie, said once. Everything built or fetched goes into the user's cache, outside the checkout,
// so that a fresh clone starts warm and nothing heavy is ever committed.

import { homedir, platform } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const userCache =
  platform() === "darwin"
    ? join(homedir(), "Library", "Caches")
    : platform() === "win32"
      ? (process.env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local"))
      : (process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"));

export const cache = process.env.CABINET_CACHE ?? join(userCache, "cabinet");
export const target = process.env.CARGO_TARGET_DIR ?? join(cache, "target");
export const models = process.env.CABINET_MODELS ?? join(cache, "models");
export const tools = join(cache, "tools");

const exe = platform() === "win32" ? ".exe" : "";

/** A binary of the one development profile. */
export const binary = (name) => join(target, "debug", name + exe);

/** The environment for every child: one target directory, one models directory. */
export const env = { ...process.env, CARGO_TARGET_DIR: target, CABINET_MODELS: models };

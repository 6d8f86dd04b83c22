// `npm run models`: fetches what is missing of the models and verifies all of them.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { models } from "./lib/places.mjs";
import { modelFiles } from "./lib/setup.mjs";

rmSync(join(models, ".verified"), { force: true });
modelFiles();

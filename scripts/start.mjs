// `npm start`: all set-up, then the main job on the sample documents on the command line, printing what a user
// would see. The window is not finished yet; once it is, this opens it.

import { say } from "./lib/run.mjs";
import { build, modelFiles, systemPackages } from "./lib/setup.mjs";
import { showMainJob } from "./lib/main-job.mjs";

systemPackages();
modelFiles();
say("The window is not finished yet. This is the main job on the command line.");
showMainJob(build("cabinet"));

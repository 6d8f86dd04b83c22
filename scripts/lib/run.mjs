// Running other programs: loudly when they work for long, and with a plain word when one is missing.

import { spawnSync } from "node:child_process";
import { env, root } from "./places.mjs";

/** Says what is about to happen. Progress goes to standard error; results alone go to standard output. */
export function say(text) {
  console.error(`\x1b[2m»\x1b[0m ${text}`);
}

export function fail(text) {
  console.error(`\n${text}`);
  process.exit(1);
}

/** Runs a command to its end; stops the script when it fails. */
export function run(command, args, options = {}) {
  const done = spawnSync(command, args, {
    cwd: root,
    env,
    // The child's standard output is progress to us.
    stdio: ["inherit", process.stderr, process.stderr],
    ...options,
  });
  if (done.error?.code === "ENOENT") fail(`${command} is not installed. The README names what a bare system needs.`);
  if (done.error) fail(`${command} could not be started: ${done.error.message}`);
  if (done.status !== 0) fail(`${command} ${args.join(" ")} failed${done.signal ? ` (${done.signal})` : ""}.`);
}

/** Whether a command can be run at all. */
export function works(command, args = ["--version"]) {
  const done = spawnSync(command, args, { env, stdio: "ignore" });
  return !done.error && done.status === 0;
}

/** What a command prints, or null when it fails. */
export function output(command, args) {
  const done = spawnSync(command, args, { cwd: root, env, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return done.error || done.status !== 0 ? null : done.stdout.trim();
}

/** Times a step and says how long it took when it was long. */
export function step(name, work) {
  const start = Date.now();
  say(`${name} ...`);
  work();
  const seconds = (Date.now() - start) / 1000;
  if (seconds > 5) say(`${name}: done in ${seconds < 90 ? `${seconds.toFixed(0)} s` : `${(seconds / 60).toFixed(1)} min`}`);
}

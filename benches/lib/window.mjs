// Starting the window as everybody gets it, timed by looking at the screen: no hook in it says that it is ready.

import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** The accent of the light theme: the ring of the field that waits for a passphrase, then the button that came alive. */
const ACCENT = 0x0f5c5c;

/** Seconds until the field of the lock screen is drawn, and until a key pressed there has an effect. */
export async function start(stage, program, more = {}) {
  const before = performance.now();
  const seconds = () => (performance.now() - before) / 1000;
  const child = stage.start(program, [], more);
  await until(() => stage.points(ACCENT) > 500);
  const drawn = seconds();
  const ring = stage.points(ACCENT);
  execFileSync("xdotool", ["key", "x"], { env: stage.env });
  await until(() => stage.points(ACCENT) > ring + 2000);
  const answered = seconds();
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill();
  await ended;
  await until(() => stage.points(ACCENT) === 0);
  return { drawn, answered };
}

async function until(check, seconds = 30) {
  const end = Date.now() + seconds * 1000;
  while (!check()) {
    if (Date.now() > end) throw new Error("the window did not show what was waited for");
    await sleep(10);
  }
}

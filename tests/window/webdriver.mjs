// A WebDriver client over `fetch`: no more than the journey through the window needs.

import { setTimeout as sleep } from "node:timers/promises";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
export const KEYS = { enter: "\uE007", escape: "\uE00C", control: "\uE009", delete: "\uE017", backspace: "\uE003", tab: "\uE004" };

export class WebDriver {
  #session;

  constructor(session) {
    this.#session = session;
  }

  /** Starts a program under a driver that listens at `server`. */
  static async start(server, application) {
    const capabilities = { alwaysMatch: { "tauri:options": { application } } };
    const { sessionId } = await request("POST", `${server}/session`, { capabilities });
    return new WebDriver(`${server}/session/${sessionId}`);
  }

  #call(method, path, body) {
    return request(method, `${this.#session}${path}`, body);
  }

  /** Ends the program. */
  end() {
    return this.#call("DELETE", "");
  }

  /** Runs a function in the page. It must not need anything from here. */
  run(script, ...args) {
    return this.#call("POST", "/execute/sync", { script: `return (${script})(...arguments)`, args });
  }

  title() {
    return this.#call("GET", "/title");
  }

  async screenshot() {
    return Buffer.from(await this.#call("GET", "/screenshot"), "base64");
  }

  resize(width, height) {
    return this.#call("POST", "/window/rect", { width, height });
  }

  /** Waits for what a check gives: the first answer that is neither false, null nor undefined. */
  async until(what, check, seconds = 20) {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      let [answer, silence] = [null, undefined];
      try {
        answer = await check();
      } catch (error) {
        if (!error.wordless) throw error;
        silence = error;
      }
      if (answer !== false && answer !== null && answer !== undefined) return answer;
      if (Date.now() > end) throw new Error(`Waited ${seconds} s in vain: ${what}`, { cause: silence });
      await sleep(50);
    }
  }

  /** The element of a name for tests (`data-testid`), once it is there and can be seen. `more` narrows it, as in `[data-id="7"]`. */
  async find(name, { more = "", seconds = 20 } = {}) {
    const css = `[data-testid="${name}"]${more}`;
    const shown = (css) => {
      const element = [...document.querySelectorAll(css)].find((one) => one.getClientRects().length > 0);
      return element ?? null;
    };
    const found = await this.until(`${css} can be seen`, () => this.run(shown, css), seconds);
    return found[ELEMENT];
  }

  /** The texts of all elements of that name, as they are now. */
  texts(name, more = "") {
    const read = (css) => [...document.querySelectorAll(css)].map((element) => element.textContent.trim());
    return this.run(read, `[data-testid="${name}"]${more}`);
  }

  /** Values of an attribute of all elements of that name. */
  attributes(name, attribute) {
    const read = (css, attribute) => [...document.querySelectorAll(css)].map((element) => element.getAttribute(attribute));
    return this.run(read, `[data-testid="${name}"]`, attribute);
  }

  /** All that the page says. */
  said() {
    return this.run(() => document.body.innerText);
  }

  /** Presses a button as a patient user does: once it can be pressed and holds still, and again if the page moved under the pointer. */
  async click(name, options) {
    for (let tries = 3; tries > 0; tries--) {
      try {
        if (await this.#pressed(name, options)) return;
      } catch (error) {
        // The page was drawn anew in between.
        if (!/stale element/.test(error.message) || tries === 1) throw error;
      }
    }
    throw new Error(`${name} was pressed three times, and no press reached it`);
  }

  /** Whether a press reached the button. */
  async #pressed(name, options) {
    const element = await this.find(name, options);
    const itself = { [ELEMENT]: element };
    await this.until(`${name} can be pressed`, () => this.#call("GET", `/element/${element}/enabled`), options?.seconds);
    // The driver's own scrolling leaves what lies below the fold of a pane where it is.
    await this.run((element) => element.scrollIntoView({ block: "nearest" }), itself);
    let last;
    await this.until(`${name} holds still`, async () => {
      const { x, y } = await this.middle(element);
      const still = last === `${x} ${y}`;
      last = `${x} ${y}`;
      return still;
    });
    await this.run((element) => {
      window.pressed = false;
      element.addEventListener("click", () => (window.pressed = true), { capture: true, once: true });
    }, itself);
    await this.#call("POST", `/element/${element}/click`, {});
    return this.run(() => window.pressed);
  }

  /** Types into a field in place of what stands in it. */
  async fill(name, text, options) {
    const element = await this.find(name, options);
    await this.#call("POST", `/element/${element}/clear`, {});
    await this.#call("POST", `/element/${element}/value`, { text });
  }

  /** Types at the end of a text that is being written. */
  async write(name, text) {
    await this.#call("POST", `/element/${await this.find(name)}/value`, { text });
  }

  /** Presses keys where the focus is; the first ones are held meanwhile. */
  async press(...keys) {
    const actions = [
      ...keys.map((value) => ({ type: "keyDown", value })),
      ...keys.toReversed().map((value) => ({ type: "keyUp", value })),
    ];
    await this.#call("POST", "/actions", { actions: [{ type: "key", id: "keyboard", actions }] });
  }

  /** The middle of an element in the page, in CSS pixels. */
  async middle(element) {
    const { x, y, width, height } = await this.run(
      (element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return { x, y, width, height };
      },
      { [ELEMENT]: element },
    );
    return { x: Math.round(x + width / 2), y: Math.round(y + height / 2) };
  }

  /** Drags with the mouse from one place to another, by way of small steps. `during` runs before it lets go. */
  async drag(from, to, during = async () => {}) {
    const move = (place, duration = 0) => ({ type: "pointerMove", ...place, duration, origin: "viewport" });
    const between = (share) => ({
      x: Math.round(from.x + (to.x - from.x) * share),
      y: Math.round(from.y + (to.y - from.y) * share),
    });
    const steps = [0.1, 0.3, 0.5, 0.7, 0.9, 1].map((share) => move(between(share), 40));
    const mouse = (actions) => ({
      actions: [{ type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions }],
    });
    await this.#call("POST", "/actions", mouse([move(from), { type: "pointerDown", button: 0 }, ...steps]));
    await during();
    await this.#call("POST", "/actions", mouse([{ type: "pointerUp", button: 0 }]));
  }
}

/** Whether the driver at `server` can begin a session. */
export async function ready(server) {
  try {
    return (await request("GET", `${server}/status`)).ready === true;
  } catch {
    return false;
  }
}

async function request(method, url, body) {
  const response = await fetch(url, {
    method,
    headers: { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const { value } = await response.json();
  if (!response.ok) {
    const error = new Error(`${method} ${new URL(url).pathname}: ${value?.error}: ${value?.message}`);
    // WebKit's driver has no more to say where the page went away while it was asked, as a new window's first one does.
    error.wordless = value?.error === "unknown error" && !value?.message;
    error.gone = value?.error === "invalid session id";
    throw error;
  }
  return value;
}

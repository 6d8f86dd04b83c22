// A large model elsewhere, as far as a window can tell: a loopback server that speaks both protocols, keeps every byte
// and streams an answer, or behaves badly.

import { createServer } from "node:http";

const STREAM = { "content-type": "text/event-stream", connection: "close" };

/** Starts it; `answer` makes the text that comes back to the text it was asked. `manner` says how it fails, if at all. */
export function modelServer(answer) {
  const [bodies, paths, sockets] = [[], [], new Set()];
  const state = { bodies, paths, manner: "well", connections: 0 };
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      bodies.push(body);
      paths.push(request.url);
      response.on("error", () => {});
      const anthropic = request.url.endsWith("/messages");
      const asked = JSON.parse(body.toString("utf8")).messages.at(-1).content;
      speak(state.manner, response, anthropic, answer(asked));
    });
  });
  server.on("connection", (socket) => {
    state.connections += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      const end = () =>
        new Promise((done) => {
          server.close(done);
          // One that was told to be slow is still waiting.
          for (const socket of sockets) socket.destroy();
        });
      resolve(Object.assign(state, { port, address: `http://127.0.0.1:${port}/v1`, end }));
    });
  });
}

function speak(manner, response, anthropic, text) {
  const tell = (data) => response.write(`data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`);
  const say = (piece) =>
    tell(anthropic ? { type: "content_block_delta", delta: { type: "text_delta", text: piece } } : { choices: [{ delta: { content: piece } }] });
  const [name, to] = manner.split(" ");
  switch (name) {
    case "html":
      response.writeHead(200, { "content-type": "text/html", connection: "close" });
      return response.end("<script>document.title='taken'</script>");
    case "cut":
      response.writeHead(200, STREAM);
      say("Half of an");
      return setTimeout(() => response.destroy(), 50);
    case "redirect":
      response.writeHead(307, { location: to, connection: "close" });
      return response.end();
    case "refuses":
      response.writeHead(500, { "content-type": "application/json", connection: "close" });
      return response.end(JSON.stringify({ error: { message: "broken" } }));
    case "nonsense":
      response.writeHead(200, STREAM);
      return response.end("data: {{{\n\n");
    case "giant": {
      response.writeHead(200, STREAM);
      const more = () => {
        while (!response.destroyed && response.writable) {
          say("and so on ".repeat(100));
          if (response.writableNeedDrain) return response.once("drain", more);
        }
      };
      return more();
    }
    case "slow":
      return undefined;
    default:
      response.writeHead(200, STREAM);
      for (const piece of text.match(/[\s\S]{1,300}/g) ?? []) say(piece);
      if (anthropic) {
        tell({ type: "message_delta", delta: { stop_reason: "end_turn" } });
        tell({ type: "message_stop" });
      } else {
        tell({ choices: [{ delta: {}, finish_reason: "stop" }] });
        tell("[DONE]");
      }
      return response.end();
  }
}

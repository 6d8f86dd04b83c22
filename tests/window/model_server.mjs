// A large model elsewhere, as far as a window can tell: a loopback server that keeps every byte and streams an answer.

import { createServer } from "node:http";

/** Starts it; `answer` makes the text that comes back to the text it was asked. */
export function modelServer(answer) {
  const bodies = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      bodies.push(body);
      const asked = JSON.parse(body.toString("utf8")).messages.at(-1).content;
      response.writeHead(200, { "content-type": "text/event-stream", connection: "close" });
      const tell = (data) => response.write(`data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`);
      for (const piece of answer(asked).match(/[\s\S]{1,300}/g) ?? []) tell({ choices: [{ delta: { content: piece } }] });
      tell({ choices: [{ delta: {}, finish_reason: "stop" }] });
      tell("[DONE]");
      response.end();
    });
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      resolve({ bodies, port, address: `http://127.0.0.1:${port}/v1`, end: () => new Promise((done) => server.close(done)) });
    });
  });
}

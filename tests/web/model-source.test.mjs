import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { fetchModel, readSource } from "../../tth/web/js/face/model/source.js";
import { Server } from "../../tth/web/js/session/server.js";

const BYTES = new TextEncoder().encode("glTF and so on");

/** What is asked of a server, and what it answers with. */
class Peer {
  asked = [];
  server = createServer((request, response) => {
    this.asked.push({ path: request.url, key: request.headers.authorization });
    const status = { "/models/large.glb": 413, "/models/kept.glb": 401, "/odd.glb": 500 }[request.url] ?? 404;
    response.writeHead(/good|100%/.test(request.url) ? 200 : status, { connection: "close" }).end(BYTES);
  });

  async open() {
    await new Promise((go) => this.server.listen(0, "127.0.0.1", go));
    this.origin = `http://127.0.0.1:${this.server.address().port}`;
  }
}

const home = new Peer(), foreign = new Peer();
let server;
before(async () => {
  await Promise.all([home.open(), foreign.open()]);
  globalThis.location = new URL(home.origin);
  globalThis.document = { baseURI: `${home.origin}/page/` };
  server = new Server(home.origin, () => "sesame");
});
after(() => [home, foreign].forEach(({ server }) => server.close()));

const told = (address) => readSource(address, server).then(() => assert.fail("it was read"), ({ message }) => message);

test("the key goes to its own server and to nobody else", async () => {
  const file = await fetchModel(server.at("models/good%20one.glb"), server);
  assert.deepEqual([file.name, file.size], ["good one.glb", BYTES.length]);
  assert.deepEqual(home.asked.at(-1), { path: "/models/good%20one.glb", key: "Bearer sesame" });
  await fetchModel(`${foreign.origin}/good.glb`, server);
  assert.deepEqual(foreign.asked.at(-1), { path: "/good.glb", key: undefined });
  await readSource("good.glb");
  assert.deepEqual(home.asked.at(-1), { path: "/page/good.glb", key: undefined });
});

test("a name may be a plain percent sign", async () => {
  assert.equal((await readSource("/100%.glb", server)).name, "100%.glb");
});

test("what is refused says where it is missing and what to do", async () => {
  assert.equal(await told("/models/gone.glb"), "gone.glb is not in the server's folder of models");
  assert.equal(await told("gone.glb"), `gone.glb is not at ${home.origin}/page/gone.glb; mend the address`);
  assert.equal(await told(`${foreign.origin}/models/gone.glb`),
    `gone.glb is not at ${foreign.origin}/models/gone.glb; mend the address`);
  assert.match(await told("/models/large.glb"), /^large\.glb has more than 50 MB; make/);
  assert.equal(await told("/models/kept.glb"), "kept.glb is only for those who have the server's key");
  assert.equal(await told(`${foreign.origin}/odd.glb`), `odd.glb cannot be fetched; ${foreign.origin} answers 500`);
  assert.equal(await told("http://"), "http:// is no address of a model; mend it");
  assert.match(await told("http://127.0.0.1:1/a.glb"), /a\.glb cannot be fetched; .* cannot be reached or does not let/);
});

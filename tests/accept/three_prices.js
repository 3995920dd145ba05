// Follows one instrument, prints three of its prices and leaves.
// node three_prices.js URL ws|built-in [TOKEN]
"use strict";

const [url, implementation, token] = process.argv.slice(2);
const Socket = implementation === "ws" ? require("ws") : globalThis.WebSocket;
const INSTRUMENT = "crypto:BTC";
let left = 3;

const socket = new Socket(url);
const say = (operation) => socket.send(JSON.stringify(operation));

socket.addEventListener("open", () => {
  if (token) say({ op: "auth", id: 0, token });
  say({ op: "subscribe", id: 1, channels: [INSTRUMENT], conflate_ms: 0 });
});

socket.addEventListener("message", (event) => {
  const message = JSON.parse(event.data);
  if (message.type === "error") fail(`${message.code}: ${message.message}`);
  if (message.type !== "price_update" || left === 0) return;
  console.log(message.data.id, message.data.price);
  left -= 1;
  if (left === 0) socket.close(1000, "thank you");
});

socket.addEventListener("error", (event) => fail(event.message || "connection failed"));
socket.addEventListener("close", (event) => process.exit(left === 0 && event.code === 1000 ? 0 : 1));
setTimeout(() => fail("no three prices in time"), 60_000).unref();

function fail(reason) {
  console.error(reason);
  process.exit(1);
}

/** Draws a contact sheet with the page's own renderer, and gives it as a picture's address. */
async ({ sheet, renderer, quality }) => {
  const { create } = await import(renderer);
  const { Life } = await import("/js/life/life.js");
  const { poses, columns, side, crop, scheme } = sheet;
  const [left, top, width, height] = crop;
  const big = Math.round(side / width);
  const host = document.createElement("div");
  Object.assign(host.style, { position: "fixed", left: "0", top: "0", width: `${big}px`, height: `${big}px` });
  document.body.replaceChildren(host);
  const out = new OffscreenCanvas(columns * side, Math.ceil(poses.length / columns) * side);
  const pen = out.getContext("2d");
  pen.fillStyle = "#e8e4df";
  pen.fillRect(0, 0, out.width, out.height);
  const faces = new Map();
  let nowMs = 0;
  for (const [i, pose] of poses.entries()) {
    if (!faces.has(pose.palette)) {
      for (const other of faces.values()) other.destroy();
      faces.clear();
      const made = await create(host, { palette: pose.palette, scheme });
      if (!made) throw new Error("this browser draws no WebGL2");
      const canvas = host.querySelector("canvas:last-of-type");
      Object.assign(canvas.style, { position: "absolute", inset: "0", width: "100%", height: "100%" });
      await made.ready;
      made.frame(null);
      made.resize();
      faces.set(pose.palette, made);
    }
    const face = faces.get(pose.palette);
    const weights = Float32Array.from(pose.weights);
    let shown = {
      weights, head: { yaw: 0, pitch: 0, roll: 0, ...pose.head }, gaze: { x: 0, y: 0, ...pose.gaze }, breath: 0.5,
    };
    if (pose.life) {
      const life = new Life({ seed: pose.life.seed });
      for (let t = 0; t < pose.life.seconds; t += 1 / 60) shown = life.at(t, pose.life.mood, weights);
    }
    if (pose.pose) shown = { ...pose.pose, weights };
    // Far apart in time: nothing is on its way any more.
    face.draw(shown, (nowMs += 5000));
    const canvas = host.querySelector("canvas:last-of-type");
    const [x, y] = [(i % columns) * side, Math.floor(i / columns) * side];
    const part = [left, top, width, height].map((share, k) => share * (k % 2 ? canvas.height : canvas.width));
    pen.drawImage(canvas, ...part, x, y, side, side);
    pen.font = `600 ${Math.max(9, Math.round(side / 17))}px system-ui, sans-serif`;
    pen.fillStyle = "#0008";
    pen.fillText(pose.title, x + side * 0.035 + 1, y + side * 0.96 + 1);
    pen.fillStyle = "#fff";
    pen.fillText(pose.title, x + side * 0.035, y + side * 0.96);
  }
  for (const face of faces.values()) face.destroy();
  const blob = await out.convertToBlob({ type: "image/jpeg", quality });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** Notes what the page plays and draws; read from outside, with nothing of the page's own clock. */

/** Begin. Shocks are put in where the page reads the audio output: `sync.latencyMs` and `sync.skew`. */
export async function begin() {
  const { player, stage, dialogue, client } = window.tthDebug;
  const meter = player.meter();
  const { context } = meter;
  const sync = { sound: [], pictures: [], words: [], stops: [], frames: 0, latencyMs: 0, skew: 0 };
  window.sync = sync;
  await context.audioWorklet.addModule("/sync/tap.js");
  const tap = new AudioWorkletNode(context, "tap", { numberOfOutputs: 0 });
  meter.connect(tap);
  tap.port.onmessage = ({ data }) => sync.sound.push(data);
  inject(player.clock, sync);
  client.addEventListener("media", ({ detail }) => (sync.frames += Number(detail.kind === "face")));
  const pressed = ({ key }) => key === "Escape" && sync.stops.push(performance.now());
  addEventListener("keydown", pressed, { capture: true });
  const caption = document.querySelector("#caption");
  let drawn = null;
  let said = -1;
  const note = (pictureMs) => {
    requestAnimationFrame(note);
    const count = caption.textContent.split(/\s+/).filter(Boolean).length;
    const turn = dialogue.turn?.number ?? 0;
    const nowMs = performance.now();
    if (count !== said) sync.words.push({ pictureMs, nowMs, turn, count });
    said = count;
    // A picture that was not drawn anew shows nothing new.
    if (!stage.pose || stage.pose === drawn) return;
    drawn = stage.pose;
    const latencyMs = (context.baseLatency + context.outputLatency) * 1000 + sync.latencyMs;
    const jaw = stage.pose.weights[17];
    sync.pictures.push([pictureMs, nowMs, jaw, context.currentTime * 1000, latencyMs]);
  };
  requestAnimationFrame(note);
}

/**
 * Let the page's timer run faster or slower against the audio, and the sound take longer to the ear.
 *
 * The page's timer is bent and not the audio's, so that what was played and drawn can be compared as it was.
 */
function inject(clock, sync) {
  const { read } = clock;
  let [beforeMs, bentMs] = [0, 0];
  clock.read = () => {
    const reading = read();
    bentMs += (reading.nowMs - beforeMs) * (1 + sync.skew);
    beforeMs = reading.nowMs;
    return { ...reading, nowMs: bentMs, heardS: reading.heardS - sync.latencyMs / 1000 };
  };
}

/** What was noted since the last call. */
export function take() {
  const { sound, pictures, words } = window.sync;
  Object.assign(window.sync, { sound: [], pictures: [], words: [] });
  return { sound, pictures, words };
}

async () => {
  // A bare page that calls: a secret, a microphone made of a tone, an offer, the answer, and what is heard of it.
  const json = (path, body) => fetch(path, { method: "POST", body: JSON.stringify(body) }).then((got) => got.json());
  const token = await json("/v1/realtime/token", {});
  const context = new AudioContext();
  const level = new GainNode(context, { gain: 0 });
  const tone = new OscillatorNode(context, { frequency: 220 });
  const microphone = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
  tone.connect(level).connect(microphone);
  tone.start();

  const peer = new RTCPeerConnection();
  peer.addTrack(microphone.stream.getAudioTracks()[0], microphone.stream);
  const heard = { loudest: 0, now: 0 };
  peer.ontrack = ({ track }) => {
    const stream = new MediaStream([track]);
    // Chromium gives Web Audio the sound of a peer only while an element plays it, too.
    const element = Object.assign(new Audio(), { srcObject: stream, muted: true });
    element.play();
    const analyser = new AnalyserNode(context, { fftSize: 2048 });
    new MediaStreamAudioSourceNode(context, { mediaStream: stream }).connect(analyser);
    const wave = new Float32Array(analyser.fftSize);
    setInterval(() => {
      analyser.getFloatTimeDomainData(wave);
      heard.now = Math.max(...wave.map(Math.abs));
      heard.loudest = Math.max(heard.loudest, heard.now);
    }, 20);
  };
  const channel = peer.createDataChannel("oai-events");
  const events = [];
  channel.onmessage = ({ data }) => events.push(JSON.parse(data));
  await peer.setLocalDescription();
  const headers = { "Content-Type": "application/sdp", Authorization: `Bearer ${token.value}` };
  const answer = await fetch(token.url.calls, { method: "POST", headers, body: peer.localDescription.sdp });
  await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  const types = () => events.map((event) => event.type);
  Object.assign(window, {
    call: {
      status: answer.status,
      location: answer.headers.get("Location"),
      heard,
      types,
      state: () => peer.connectionState,
      channel: () => channel.readyState,
      send: (type, fields) => channel.send(JSON.stringify({ type, ...fields })),
      speak: (loud) => (level.gain.value = loud ? 0.6 : 0),
      has: (...wanted) => wanted.every((type) => types().includes(type)),
      hangUp: () => fetch(answer.headers.get("Location"), { method: "DELETE", headers }),
    },
  });
}

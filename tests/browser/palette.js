/* Reads a picture and returns its size, at most 256 colours, and each pixel as a number of one of them, in base64. */
async (address) => {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: picture.width, height: picture.height });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(picture, 0, 0);
  const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
  const colours = new Uint32Array(data.length / 4);
  const often = new Map();
  for (let i = 0; i < colours.length; i++) {
    const colour = (data[4 * i] << 16) | (data[4 * i + 1] << 8) | data[4 * i + 2];
    colours[i] = colour;
    often.set(colour, (often.get(colour) || 0) + 1);
  }
  /* Of colours that hardly differ the most frequent one stands for all; so a small green tick keeps its green. */
  const alike = new Map();
  for (const [colour, times] of [...often].sort((a, b) => b[1] - a[1])) {
    const group = colour & 0xf8f8f8;
    const [first, sum] = alike.get(group) || [colour, 0];
    alike.set(group, [first, sum + times]);
  }
  const kept = [...alike.values()].sort((a, b) => b[1] - a[1]).slice(0, 256).map(([colour]) => colour);
  const away = (a, b, shift) => ((a >> shift) & 255) - ((b >> shift) & 255);
  const distance = (a, b) => away(a, b, 16) ** 2 + away(a, b, 8) ** 2 + away(a, b, 0) ** 2;
  const place = new Map(kept.map((colour, number) => [colour, number]));
  for (const colour of often.keys()) {
    if (!place.has(colour)) place.set(colour, kept.reduce((best, other, number) => (distance(colour, other) < distance(colour, kept[best]) ? number : best), 0));
  }
  let text = "";
  const pixels = Uint8Array.from(colours, (colour) => place.get(colour));
  for (let i = 0; i < pixels.length; i += 32768) text += String.fromCharCode(...pixels.subarray(i, i + 32768));
  return { width: canvas.width, height: canvas.height, colours: kept, pixels: btoa(text) };
}

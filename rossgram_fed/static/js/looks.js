// What a photo's edits do to its pixels, as the server does it (media/cropping.py and media/toning.py, step by step).
// All numbers come from the server; nothing here touches the page.

/** What is kept of a picture of this size: a rectangle around a centre, in pixels of the turned picture. */
export function frameOf(edits, width, height, shapes) {
  if (edits.turns % 2) [width, height] = [height, width];
  const ratio = shapes[edits.shape] || width / height;
  const tilt = (edits.tilt * Math.PI) / 180;
  const cosine = Math.cos(tilt), sine = Math.abs(Math.sin(tilt));
  const across = (Math.min(width / (cosine + sine / ratio), height / (sine + cosine / ratio)) * 100) / edits.zoom;
  const down = across / ratio;
  const roomX = Math.max(0, width - across * cosine - down * sine);
  const roomY = Math.max(0, height - across * sine - down * cosine);
  return {
    x: (width + (edits.x / 100) * roomX) / 2, y: (height + (edits.y / 100) * roomY) / 2,
    width: across, height: down, tilt, roomX, roomY, turnedWidth: width, turnedHeight: height,
  };
}

/** Where a point of the untouched picture (x and y from -1 to 1, y upwards) lies in what is kept of it, or "back". */
export function movedPoint(edits, frame, [x, y], back = false) {
  const cosine = Math.cos(frame.tilt), sine = Math.sin(frame.tilt), within = (part) => Math.max(-1, Math.min(1, part));
  const offX = frame.x - frame.turnedWidth / 2, offY = frame.y - frame.turnedHeight / 2;
  const [width, height] = edits.turns % 2 ? [frame.turnedHeight, frame.turnedWidth] : [frame.turnedWidth, frame.turnedHeight];
  const turned = (across, down, times) => (times ? turned(-down, across, times - 1) : [across, down]);
  if (back) {
    const across = (x * frame.width) / 2, down = (-y * frame.height) / 2;
    [x, y] = [across * cosine + down * sine + offX, down * cosine - across * sine + offY];
    [x, y] = turned(edits.mirrored ? -x : x, y, (4 - edits.turns) % 4);
    return [within((2 * x) / width), within((-2 * y) / height)];
  }
  [x, y] = turned((x * width) / 2, (-y * height) / 2, edits.turns);
  [x, y] = [(edits.mirrored ? -x : x) - offX, y - offY];
  [x, y] = [x * cosine - y * sine, x * sine + y * cosine];
  return [within((2 * x) / frame.width), within((-2 * y) / frame.height)];
}

/** Draw what is kept of a picture over a whole canvas. */
export function drawFrame(context, picture, edits, frame) {
  const { width, height } = context.canvas;
  const [wide, high] = [picture.naturalWidth || picture.width, picture.naturalHeight || picture.height];
  context.setTransform(width / frame.width, 0, 0, height / frame.height, width / 2, height / 2);
  context.rotate(frame.tilt);
  context.translate(-frame.x, -frame.y);
  if (edits.mirrored) context.transform(-1, 0, 0, 1, frame.turnedWidth, 0);
  context.translate(frame.turnedWidth / 2, frame.turnedHeight / 2);
  context.rotate((edits.turns * Math.PI) / 2);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, -wide / 2, -high / 2);
  context.resetTransform();
}

/** Give pixels (RGBA, as a canvas has them) their filter and adjustments, in place. */
export function tone(pixels, width, height, edits, table) {
  const chosen = table.filters[edits.filter];
  const strength = chosen ? edits.strength / 100 : 0;
  look(pixels, exposing(edits, table.strengths));
  mix(pixels, mixing(edits, table, chosen, strength));
  look(pixels, curving(edits, table, chosen, strength));
  sharpen(pixels, width, height, edits, table.strengths);
  shade(pixels, width, height, edits, table.strengths);
}

const clamped = (part) => Math.floor(Math.max(0, Math.min(1, part)) * 255 + 0.5);
const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
function srgb(part) {
  part = Math.min(1, part);
  return part <= 0.0031308 ? part * 12.92 : 1.055 * part ** (1 / 2.4) - 0.055;
}
const lookup = (tones) => tones.map((channel) => Uint8Array.from({ length: 256 }, (_, value) => clamped(channel(value / 255))));

function look(pixels, tables) {
  if (!tables) return;
  const [red, green, blue] = tables;
  for (let at = 0; at < pixels.length; at += 4) {
    pixels[at] = red[pixels[at]];
    pixels[at + 1] = green[pixels[at + 1]];
    pixels[at + 2] = blue[pixels[at + 2]];
  }
}

function exposing(edits, strengths) {
  if (!(edits.exposure || edits.contrast || edits.warmth)) return null;
  const gain = 2 ** ((strengths.stops * edits.exposure) / 100);
  const contrast = edits.contrast / 100, warmth = edits.warmth / 100;
  return lookup([strengths.red_gain, strengths.green_gain, strengths.blue_gain].map((warming) => (value) => {
    let lit = gain === 1 ? value : srgb(linear(value) * gain);
    if (contrast > 0) lit += contrast * (lit * lit * (3 - 2 * lit) - lit);
    else if (contrast < 0) lit += -contrast * strengths.flattened * (0.5 - lit);
    return lit * (1 + warmth * warming);
  }));
}

const saturating = (amount, weights) =>
  [0, 1, 2].map((i) => weights.map((weight, j) => (1 - amount) * weight + (i === j ? amount : 0)));

function mixing(edits, table, chosen, strength) {
  const colour = 1 + (edits.saturation / 100) * (edits.saturation > 0 ? table.strengths.saturation : 1);
  const filtered = chosen ? 1 + strength * (chosen.saturation - 1) : 1;
  if (colour === 1 && filtered === 1) return null;
  const first = saturating(colour, table.luma), second = saturating(filtered, chosen ? chosen.weights : table.luma);
  return second.map((row) => [0, 1, 2].map((j) => row[0] * first[0][j] + row[1] * first[1][j] + row[2] * first[2][j]));
}

function mix(pixels, rows) {
  if (!rows) return;
  for (let at = 0; at < pixels.length; at += 4) {
    const red = pixels[at], green = pixels[at + 1], blue = pixels[at + 2];
    for (let i = 0; i < 3; i++) {
      const value = rows[i][0] * red + rows[i][1] * green + rows[i][2] * blue + 0.5;
      pixels[at + i] = value <= 0 ? 0 : value >= 255 ? 255 : Math.floor(value);
    }
  }
}

function bent(curve, value) {
  const place = Math.min(3, Math.floor(value * 4));
  const first = curve[place], second = curve[place + 1];
  const before = place ? curve[place - 1] : 2 * first - second;
  const after = place < 3 ? curve[place + 2] : 2 * second - first;
  const part = value * 4 - place, straight = second - before, square = 2 * before - 5 * first + 4 * second - after;
  return first + (part / 2) * (straight + part * (square + part * (3 * (first - second) + after - before)));
}

function curving(edits, table, chosen, strength) {
  if (!chosen && !edits.fade) return null;
  const { faded_black: black, faded_white: white, deepened } = table.strengths, fade = edits.fade / 100;
  const low = fade > 0 ? black * fade : (deepened * fade) / (1 + deepened * fade);
  const high = fade > 0 ? 1 - white * fade : 1;
  const curves = chosen ? [chosen.red, chosen.green, chosen.blue] : [table.straight, table.straight, table.straight];
  return lookup(curves.map((curve) => (value) => low + (high - low) * (value + strength * (bent(curve, value) - value))));
}

function sharpen(pixels, width, height, edits, strengths) {
  if (!edits.sharpness) return;
  const light = new Uint8Array(width * height), radius = Math.max(width, height) / strengths.detail;
  for (let at = 0; at < light.length; at++) {
    light[at] = (19595 * pixels[4 * at] + 38470 * pixels[4 * at + 1] + 7471 * pixels[4 * at + 2] + 32768) >> 16;
  }
  const soft = light.slice();
  for (let y = 0; y < height; y++) blurLine(soft, y * width, 1, width, radius);
  for (let x = 0; x < width; x++) blurLine(soft, x, width, height, radius);
  const amount = (strengths.sharpness * edits.sharpness) / 100;
  for (let at = 0; at < light.length; at++) {
    const detail = Math.max(-128, Math.min(127, Math.floor((light[at] - soft[at]) * amount)));
    for (let i = 4 * at; i < 4 * at + 3; i++) pixels[i] = Math.max(0, Math.min(255, pixels[i] + detail));
  }
}

/** A box of a radius that need not be whole along one line; beyond its ends the line goes on as it ended. */
function blurLine(values, start, step, length, radius) {
  const whole = Math.floor(radius), weight = 1 / (2 * radius + 1), edge = (1 - (2 * whole + 1) * weight) / 2;
  const line = new Uint8Array(length), last = length - 1;
  for (let at = 0; at < length; at++) line[at] = values[start + at * step];
  const value = (at) => line[at < 0 ? 0 : at > last ? last : at];
  let sum = 0;
  for (let at = -whole; at <= whole; at++) sum += value(at);
  for (let at = 0; at < length; at++) {
    values[start + at * step] = Math.floor(sum * weight + (value(at - whole - 1) + value(at + whole + 1)) * edge + 0.5);
    sum += value(at + whole + 1) - value(at - whole);
  }
}

function shade(pixels, width, height, edits, strengths) {
  if (!edits.vignette) return;
  const dark = (strengths.dark_corner * edits.vignette) / 100, light = (-strengths.light_corner * edits.vignette) / 100;
  const square = (place, length) => ((2 * place + 1) / length - 1) ** 2 / 2;
  const across = Array.from({ length: width }, (_, x) => square(x, width));
  for (let y = 0, at = 0; y < height; y++) {
    const down = square(y, height);
    for (let x = 0; x < width; x++, at += 4) {
      const far = (across[x] + down) ** 2, part = edits.vignette > 0 ? 1 - dark * far : light * far;
      for (let i = at; i < at + 3; i++) {
        pixels[i] = Math.floor((edits.vignette > 0 ? pixels[i] * part : 255 - (255 - pixels[i]) * (1 - part)) + 0.5);
      }
    }
  }
}

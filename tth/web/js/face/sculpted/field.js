/** The head as a distance function: the sculpture itself. In head units; the tip of the chin is at about y = −1. */

import { FORM } from "./form.js";
import { WEIGHTS } from "./names.js";

/** Smooth joins and round bodies. */
export const BODIES = `
float join(float a, float b, float k) { float h = max(k - abs(a - b), 0.) / k; return min(a, b) - h * h * k * .25; }
float carve(float a, float b, float k) { return -join(-a, b, k); }
float ellipsoid(vec3 p, vec3 r) { float k = length(p / r); return k * (k - 1.) / length(p / (r * r)); }
float capsule(vec3 p, vec3 a, vec3 b, float ra, float rb) {
  vec3 pa = p - a, ba = b - a;
  float h = clamp(dot(pa, ba) / dot(ba, ba), 0., 1.);
  return length(pa - ba * h) - mix(ra, rb, h);
}
float hill(vec3 p, vec3 at, vec3 r) { vec3 q = (p - at) / r; return exp(-dot(q, q)); }
`;

/** Where the eyes are. */
export const EYES = `
float eyeRadius() { return .198 * form_eye; }
vec3 eyeCentre() { return vec3(.288 * form_eyeApart, .03, .685 - eyeRadius()); }
`;

/** `skin(p)`: how far a point is from the skin as the weights shape it. */
export const FIELD = `${WEIGHTS}
${FORM}
${BODIES}
${EYES}
// How far a point goes along with the jaw.
float jawShare(vec3 p) { return smoothstep(-.12, -.62, p.y) * smoothstep(-.25, .15, p.z); }
vec3 jawShift() { return vec3(.085 * (jawLeft - jawRight), 0., .075 * jawForward); }
float jawDrop() { return .19 * jawOpen; }

float cheeks(float d, vec3 s, float l) {
  float smile = mouthSmile(l), lift = clamp(.75 * smile + .8 * cheekSquint(l), 0., 1.3);
  vec3 at = vec3(.385, -.23 + .075 * lift, .45 + .025 * lift);
  d = join(d, ellipsoid(s - at, (vec3(.235, .205, .215) + .035 * lift) * mix(1., form_cheek, .6)), .30);
  d -= .105 * cheekPuff * hill(s, vec3(.40, -.44, .42), vec3(.25, .20, .34));
  // The fold from the nose past the corner of a smiling mouth.
  float fold = .013 * smile + .016 * noseSneer(l) + .013 * form_age;
  vec3 f = s - vec3(.225 + .06 * smile, -.355, .62);
  d += fold * exp(-dot(f.xy, f.xy) / .018) * exp(-pow(f.x - .10 - .55 * (-f.y - .02) , 2.) / .0030) * 1.6;
  return d + .012 * eyeSquint(l) * hill(s, vec3(.30, -.20, .66), vec3(.16, .025, .2));
}

float nose(float d, vec3 p, vec3 s, float l) {
  float n = form_nose, up = .035 * form_snub, sneer = noseSneer(l);
  vec3 tip = vec3(0., -.225 + up, .815 + .05 * (n - 1.));
  d = join(d, capsule(p, vec3(0., .16, .655 + .06 * (form_bridge - 1.)), tip + vec3(0., .03, -.012), .036, .052 * n),
    .13);
  d = join(d, length(p - tip) - .078 * n, .07);
  vec3 wing = vec3(.088 * n * form_noseWide, -.258 + .5 * up + .035 * sneer, .735);
  d = join(d, ellipsoid(s - wing, vec3(.052 * form_noseWide, .044, .056) * n), .055);
  d = carve(d, ellipsoid(s - vec3(.046 * n * form_noseWide, -.304 + .6 * up + .02 * sneer, .785),
    vec3(.026, .018, .030)), .025);
  return d + .012 * sneer * hill(s, vec3(.085, -.02, .66), vec3(.03, .10, .12));
}

float skin(vec3 p) {
  float l = leftness(p.x), jaw = jawShare(p), drop = jawDrop();
  vec3 s = vec3(abs(p.x), p.yz), q = p - jaw * jawShift(), t = vec3(abs(q.x), q.yz);
  float d = ellipsoid(p - vec3(0., .26, -.06), vec3(.775, .84, .82));
  d = join(d, ellipsoid(q - vec3(0., -.35 - drop * .5, .09),
    vec3(.560 + .07 * form_jaw, (.54 + drop * .42) * form_long, .57)), .38);
  d = join(d, ellipsoid(t - vec3(.28 + .12 * form_jaw, -.56 - drop * .72, .17), vec3(.17, .16, .24)), .34);
  d = join(d, ellipsoid(q - vec3(0., (-.84 - .05 * (form_long - 1.) * 8.) - drop + .035 * mouthShrugLower, .43
    + .05 * (form_chin - 1.)),
    vec3(.135 + .05 * form_jaw, .095, .115)), .27);
  d = cheeks(d, s, l);
  vec3 eye = eyeCentre(), e = s - eye;
  d = carve(d, ellipsoid(e - vec3(.015, .015, .325), vec3(.235, .165, .20)), .15);
  d = nose(d, p, s, l);
  // Brow bone, what frowning and wondering do to the forehead, and the hollow under the lower lip.
  float frown = browDown(l), wonder = browInnerUp;
  d -= .018 * hill(s, vec3(.27, .27, .68), vec3(.25, .09, .3))
    + .020 * frown * hill(s, vec3(.10, .20, .74), vec3(.07, .07, .2));
  d += .016 * frown * hill(s, vec3(.035, .21, .76), vec3(.018, .09, .2));
  d += .010 * max(wonder, .35 * form_age) * (1. - smoothstep(.1, .42, s.x)) * sin(clamp((p.y - .36) * 42., 0., 18.85))
    * smoothstep(.2, .5, p.z);
  d += .030 * hill(q, vec3(0., -.685 - drop * .8, .66), vec3(.17, .045, .22));
  d += .010 * hill(p, vec3(0., -.37, .74), vec3(.024, .055, .2));
  // The corner of the mouth lies in a small pit that a dimple deepens and rounding fills.
  float round_ = clamp(mouthPucker + mouthFunnel, 0., 1.), smile = mouthSmile(l);
  vec3 corner = vec3(.272 * form_mouth + .022 + .10 * smile - .08 * mouthPucker, -.50 + .13 * smile
    - .09 * mouthFrown(l) - .25 * drop, .60);
  d += (.011 * (1. - round_) + .028 * mouthDimple(l) + .016 * mouthPress(l) + .012 * mouthStretch(l))
    * hill(s, corner, vec3(.05, .065, .22));
  // Rounded lips stand on a soft mound.
  d -= (.075 * mouthPucker + .055 * mouthFunnel) * hill(q, vec3(0., -.50 - drop * .4, .66),
    vec3(.17, .17 + .2 * drop, .4));
  d -= .016 * mouthRollUpper * hill(p, vec3(0., -.42, .70), vec3(.16, .05, .2))
    + .022 * mouthRollLower * hill(q, vec3(0., -.62, .70), vec3(.17, .06, .2));
  // The lids are a shell about the ball; what of them is not there is cut away where they are coloured.
  return join(d, length(e) - eyeRadius() - .019, .07 + .03 * form_lidFold);
}
`;

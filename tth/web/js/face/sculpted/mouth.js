/** How the weights shape the lips: where their edges run and how they bulge. Needs the field and the net. */

export const MOUTH = `
struct Lip { float half_, corner, seam, lift, drop, red, bulge, push; };

float openness() { return max(0., jawOpen - mouthClose); }
float roundness() { return clamp(.8 * mouthPucker + mouthFunnel, 0., 1.); }

// Everything about the lips at one side of the face (l: how far left) and of the mouth (upper: 1 or 0).
Lip lipAt(float l, float upper) {
  float smile = mouthSmile(l), press = mouthPress(l), open = openness(),
    roll = mix(mouthRollLower, mouthRollUpper, upper);
  Lip lip;
  lip.half_ = mouthHalf() * (1. + .34 * smile + .26 * mouthStretch(l) + .07 * mouthDimple(l) + .05 * mouthFrown(l)
    - .50 * mouthPucker - .36 * mouthFunnel - .10 * open);
  lip.corner = .032 * (1. - roundness()) + .108 * smile - .130 * mouthFrown(l) - .022 * mouthStretch(l) - .085 * open
    - .11 * roundness() * open + .012 * mouthDimple(l);
  lip.seam = .030 * mouthShrugLower + .018 * mouthShrugUpper - .020 * smile - .05 * (jawOpen - open);
  // A lower lip that rolls in goes under the upper teeth, and the upper lip makes room for it.
  float bite = max(0., mouthRollLower - mouthRollUpper) * (1. - .8 * press);
  float apart = 1. - .85 * press * (1. - open);
  float ring = roundness() * open;
  lip.lift = (.025 * open + .085 * ring + .085 * mouthUpperUp(l) + .040 * mouthFunnel + .034 * bite
    + .03 * noseSneer(l)) * apart;
  lip.drop = (.285 * open - .060 * ring + .085 * mouthLowerDown(l) + .034 * mouthFunnel) * apart;
  float parted = smoothstep(.004, .022, lip.lift + lip.drop);
  lip.lift *= parted;
  lip.drop *= parted;
  float funnel = mouthFunnel, slim = 1. - .28 * press;
  lip.red = slim * (1. - .62 * roll) * (1. - .16 * smile) * (1. - .14 * mouthStretch(l))
    * (1. + .16 * mouthPucker + .22 * funnel);
  lip.bulge = mix(.037, .030, upper) * form_lip * (1. - .55 * roll) * (1. - .45 * press) * (1. - .25 * smile)
    * (1. + .45 * mouthPucker + .35 * funnel);
  lip.push = .085 * mouthPucker + .060 * funnel - mix(.062 * mouthRollLower * (1. - .25 * upper),
    .042 * mouthRollUpper, upper)
    + mix(.03, .012, upper) * mouthShrugLower + .012 * upper * mouthShrugUpper;
  return lip;
}

// Height of a lip's edge above the middle of the mouth; cosine and sine are of the net's angle.
float edgeAt(Lip lip, float cosine, float sine) {
  float u = abs(cosine), arch = pow(abs(sine), mix(1.25, .62, roundness()));
  float y = lip.corner * pow(u, 2.3) + lip.seam * (1. - u * u);
  y += -.010 * exp(-u * u / .05) * (1. - roundness()) + .005 * exp(-pow(u - .42, 2.) / .06);
  return y + (sine > 0. ? lip.lift : -lip.drop) * arch;
}

// Profile of a lip from its edge (0) to where the red ends (1).
float bulgeAt(float across) {
  float x = clamp(across, 0., 1.);
  return pow(max(0., 4. * x * (1. - x)), .62) * mix(1.15, .85, x) + .22 * (1. - x) * (1. - x);
}
`;

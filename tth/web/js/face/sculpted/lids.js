/** The lids: between which elevations the eye is open, at each place across it. Needs the weights and the form. */

export const LIDS = `
uniform vec2 gaze;
// Elevations in radians about the ball's middle, lower and upper; x across it in radii, outwards, from −1 to 1.
vec2 lidsAt(float x, float l) {
  float t = clamp(x / .90, -1., 1.), skew = clamp(t + .10 * (1. - t * t), -1., 1.);
  float arch = pow(1. - skew * skew, .60), under = pow(1. - t * t, .80);
  float wide = eyeWide(l), squint = eyeSquint(l), cheek = cheekSquint(l), frown = browDown(l), smile = mouthSmile(l);
  float down = eyeLookDown(l) + max(0., -gaze.y), up = eyeLookUp(l) + max(0., gaze.y);
  float corner = form_slant * x * 1.2 - .05;
  float top = .585 + .20 * wide - .17 * squint - .06 * cheek - .12 * frown - .30 * min(down, 1.) + .16 * min(up, 1.)
    - .05 * form_lidFold;
  float bottom = .48 + .07 * wide - .20 * squint - .22 * cheek - .07 * smile + .08 * min(down, 1.) - .05 * min(up, 1.);
  // Worry lets the outer half of the upper lid hang, anger the inner one.
  top += (-.17 * browInnerUp * (1. - wide) + .26 * frown) * x;
  float shut = corner - (.20 - .12 * cheek - .05 * squint) * under;
  vec2 open = vec2(corner - max(bottom, .04) * under, corner + max(top, .02) * arch);
  open.x = min(open.x, open.y);
  return mix(open, vec2(shut), clamp(eyeBlink(l), 0., 1.));
}
`;

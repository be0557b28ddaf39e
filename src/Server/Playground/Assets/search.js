// Finds a setting that meets a goal: a bounded search over a policy's main threshold, by drawing and measuring.

/** The most pictures that a search draws. */
export const mostPictures = 9;

const goals = {
  quality: { meets: (m, goal) => m.psnr >= goal, isBetter: (a, b) => a.speed > b.speed, rising: false },
  speed: { meets: (m, goal) => m.speed >= goal, isBetter: (a, b) => a.psnr > b.psnr, rising: true },
};

/**
 * Searches values from careful to daring by bisection, as far as a higher threshold skips more.
 * measure(value) draws a picture and returns { psnr, speed }; tell(measured) is called after each.
 * Returns { best, nearest, measured }: the best that meets the goal or null, and what came nearest.
 */
export async function search(values, unit, goal, measure, tell) {
  const { meets, isBetter, rising } = goals[unit];
  const measured = new Map();
  const look = async index => {
    if (!measured.has(index)) {
      measured.set(index, { value: values[index], ...await measure(values[index]) });
      tell([...measured.values()]);
    }
    return meets(measured.get(index), goal);
  };

  // Quality falls along the values, so the last that meets it is sought; speed rises, so the first.
  let [low, high] = [0, values.length - 1];
  while (low <= high && measured.size < mostPictures) {
    const middle = (low + high) >> 1;
    const goOn = await look(middle) !== rising;
    if (goOn) low = middle + 1;
    else high = middle - 1;
  }

  const all = [...measured.values()];
  const met = all.filter(m => meets(m, goal));
  const distance = m => Math.abs((unit === "quality" ? m.psnr : m.speed) - goal);
  return {
    best: met.reduce((best, m) => best === null || isBetter(m, best) ? m : best, null),
    nearest: all.reduce((near, m) => near === null || distance(m) < distance(near) ? m : near, null),
    measured: all,
  };
}

// Uses a report in headless Chromium as a person would, and says whether everything did what it should.
//
//     node tests/browser/report.js out/report.html [pictures]
'use strict';

const assert = require('assert');
const { open } = require('./chromium');

const near = (a, b, tolerance, what) => assert(Math.abs(a - b) <= tolerance, `${what}: ${a} is not ${b}`);
const settle = (page) => page.waitForTimeout(60);

/* Where shares of the first chart's rounds lie on the screen. */
async function chart(page) {
  const box = await page.locator('.chart canvas').first().boundingBox();
  return { x: (share) => box.x + 50 + share * (box.width - 60), y: box.y + 80 };
}

async function drag(page, at, from, to, key) {
  if (key) await page.keyboard.down(key);
  await page.mouse.move(at.x(from), at.y);
  await page.mouse.down();
  await page.mouse.move(at.x((from + to) / 2), at.y, { steps: 3 });
  await page.mouse.move(at.x(to), at.y);
  await page.mouse.up();
  if (key) await page.keyboard.up(key);
}

async function zoomAndPan(page) {
  const range = () => page.evaluate(() => view.range);
  const [first, last] = await page.evaluate(() => everything());
  const [span, at] = [last - first, await chart(page)];
  await drag(page, at, 0.25, 0.5);
  let seen = await range();
  near(seen[0], first + 0.25 * span, 0.01 * span, 'left end');
  near(seen[1], first + 0.5 * span, 0.01 * span, 'right end');
  await drag(page, at, 0, 0.5);
  const before = await range();
  near(before[1] - before[0], 0.125 * span, 0.01 * span, 'zoomed twice');
  await drag(page, at, 0.5, 0.1, 'Shift');
  seen = await range();
  near(seen[0], before[0] + 0.4 * (before[1] - before[0]), 0.01 * span, 'moved');
  near(seen[1] - seen[0], before[1] - before[0], 1e-6, 'as wide as before');
  await page.mouse.dblclick(at.x(0.5), at.y);
  assert.equal(await range(), null);
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -300);
  await page.keyboard.up('Control');
  await settle(page);
  seen = await range();
  assert(seen[1] - seen[0] < 0.7 * span, 'the wheel zooms');
  await page.click('#reset');
  assert(await page.locator('#reset').isDisabled());
  await page.click('#in');
  const middle = await range();
  await page.click('#left');
  assert((await range())[0] < middle[0]);
  await page.locator('.chart canvas').first().focus();
  for (const key of ['ArrowRight', '+', '0']) await page.keyboard.press(key);
  assert.equal(await range(), null);
}

async function looks(page) {
  const at = await chart(page);
  const picture = () => page.evaluate(() => charts[0].canvas.toDataURL());
  await page.mouse.move(at.x(0.6), at.y);
  await settle(page);
  const [round, value] = await page.evaluate(() => {
    const points = charts[0].curves[0].curve.points;
    const far = (point) => Math.abs(point[0] - view.hover);
    const point = points.reduce((best, other) => (far(other) < far(best) ? other : best));
    return [`round ${whole(point[0])}`, number(point[1])];
  });
  assert.equal(await page.locator('.where').first().textContent(), round);
  assert.equal(await page.locator('.legend .value').first().textContent(), value);
  await page.mouse.move(5, 5);
  await settle(page);
  const all = [await picture()];
  await page.click('#log');
  await settle(page);
  all.push(await picture());
  await page.click('#log');
  await page.locator('#smoothing').fill('90');
  await settle(page);
  all.push(await picture());
  assert.equal(await page.locator('#smoothness').textContent(), '0.90');
  await page.locator('#smoothing').fill('0');
  await page.locator('.legend button').first().click();
  await settle(page);
  all.push(await picture());
  await page.locator('.legend button').first().click();
  assert.equal(new Set(all).size, 4, 'log scale, smoothing and hiding change the picture');
}

async function slides(page) {
  const steps = await page.evaluate(() => (data.pictures[0] || { frames: [] }).frames.map((frame) => frame.step));
  if (steps.length < 2) return 0;
  const said = () => page.locator('.round').first().textContent();
  const round = (step) => `round ${step.toLocaleString('en-US')}`;
  const slider = page.locator('.slide input').first();
  const image = () => page.locator('.picture img').first().getAttribute('src');
  const newest = await image();
  await slider.focus();
  await page.keyboard.press('Home');
  assert.equal(await said(), round(steps[0]));
  assert.notEqual(await image(), newest);
  await page.keyboard.press('ArrowRight');
  assert.equal(await said(), round(steps[1]));
  const box = await slider.boundingBox();
  await page.mouse.click(box.x + box.width - 3, box.y + box.height / 2);
  assert.equal(await said(), round(steps[steps.length - 1]));
  await page.locator('.slide button').first().click();
  await page.waitForTimeout(900);
  assert.notEqual(await said(), round(steps[0]), 'it plays');
  assert(await page.evaluate(() => [...document.images].every((one) => one.naturalWidth > 0)), 'images decode');
  return steps.length;
}

async function main([file, pictures]) {
  const { browser, page, troubles } = await open(file);
  await zoomAndPan(page);
  await looks(page);
  const frames = await slides(page);
  const curves = await page.evaluate(() => data.curves.length);
  assert.equal(await page.locator('#figures tr').count(), curves);
  assert.deepEqual(troubles, []);
  await browser.close();
  for (const [width, colorScheme] of [[1280, 'light'], [1280, 'dark'], [390, 'light']]) {
    const narrow = await open(file, { width, colorScheme });
    const over = await narrow.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert(over <= 0, `${over} pixels too wide at ${width}`);
    if (pictures) await narrow.page.screenshot({ path: `${pictures}/report-${width}-${colorScheme}.png`, fullPage: true });
    assert.deepEqual(narrow.troubles, []);
    await narrow.browser.close();
  }
  process.stdout.write(`${curves} curves, ${frames} pictures: everything did what it should, nothing was loaded\n`);
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});

// Answers a blind test with mouse and keyboard in headless Chromium and prints what the page counted, as JSON.
//
//     node tests/browser/blind_test.js out/latent/blind-test.html [pictures]
'use strict';

const assert = require('assert');
const fs = require('fs');
const { open } = require('./chromium');

/* Different right answers in every round of the test: all, none, about half. */
const STRATEGIES = {
  perfect: (truth) => truth,
  inverse: (truth) => (truth === 'real' ? 'generated' : 'real'),
  mixed: (truth, i) => (i % 3 === 0 ? truth : i % 2 ? 'real' : 'generated'),
};

async function answerByKeys(page, answer) {
  const truth = await page.evaluate(() => truth);
  for (let i = 0; i < truth.length; i++) {
    const given = answer(truth[i], i);
    if (i % 2) await page.click(given === 'real' ? '#real' : '#generated');
    else await page.keyboard.press(given === 'real' ? 'ArrowLeft' : 'g');
  }
}

async function answerBySheet(page, answer) {
  const truth = await page.evaluate(() => truth);
  const perPage = await page.evaluate(() => PAGE);
  await page.click('#sheet');
  for (let i = 0; i < truth.length; i++) {
    if (i && i % perPage === 0) await page.click('#next');
    const tile = page.locator('#tiles .tile').nth(i % perPage);
    await tile.click();
    if (answer(truth[i], i) === 'generated') await tile.click();
  }
  await page.click('#single');
}

async function result(page) {
  await page.click('#finish');
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#export')]);
  const saved = JSON.parse(fs.readFileSync(await download.path(), 'utf8'));
  const shown = { rate: await page.textContent('#rate'), verdict: await page.textContent('#verdict') };
  return { saved, shown };
}

async function main([file, pictures]) {
  const { browser, page, troubles } = await open(file);
  const results = {};
  for (const [name, answer] of Object.entries(STRATEGIES)) {
    await (name === 'mixed' ? answerBySheet : answerByKeys)(page, answer);
    if (pictures && name === 'mixed') {
      await page.screenshot({ path: `${pictures}/blind-one.png` });
      await page.click('#sheet');
      await page.screenshot({ path: `${pictures}/blind-sheet.png` });
      await page.click('#single');
    }
    results[name] = await result(page);
    const truth = await page.evaluate(() => truth);
    results[name].expected = truth.filter((what, i) => answer(what, i) === what).length;
    if (pictures) await page.screenshot({ path: `${pictures}/blind-${name}.png`, fullPage: true });
    await page.click('#again');
  }
  // One answer, taken back, given again, and remembered when the page is loaded again.
  await page.keyboard.press('r');
  await page.keyboard.press('Backspace');
  await page.keyboard.press('ArrowRight');
  await page.reload();
  assert.equal((await page.textContent('#count')).split(' ')[0], '1');
  assert.equal(await page.evaluate(() => state.answers[0]), 'generated');
  assert.deepEqual(troubles, []);
  process.stdout.write(`${JSON.stringify(results)}\n`);
  await browser.close();
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});

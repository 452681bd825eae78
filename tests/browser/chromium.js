// Opens a page in headless Chromium. Needs `npm install playwright-core`; CHROMIUM names another browser.
'use strict';

const path = require('path');
const { chromium } = require('playwright-core');

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

exports.open = async (file, { width = 1280, height = 900, colorScheme = 'light' } = {}) => {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ARGUMENTS });
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  // Whatever the browser complains of, and everything that is asked of anybody but the file itself.
  const troubles = [];
  page.on('console', (message) => troubles.push(message.text()));
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('request', (request) => {
    if (!/^(file|data|blob):/.test(request.url())) troubles.push(`request: ${request.url()}`);
  });
  await page.goto(`file://${path.resolve(file)}`);
  await page.waitForTimeout(200);
  return { browser, page, troubles };
};

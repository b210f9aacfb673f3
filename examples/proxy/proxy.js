const http = require('node:http');

/** A proxy in front of a portal: it passes everything on, and counts what it passes. */
function createProxy(origin) {
  const proxy = http.createServer((request, response) => {
    proxy.passed += 1;
    const { method, headers, url } = request;
    const onward = http.request(origin + url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.writeHead(502).end());
    request.pipe(onward);
  });
  proxy.passed = 0;
  return proxy;
}

module.exports = { createProxy };

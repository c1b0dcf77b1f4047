// A TLS server made of the library that this Node.js (from 0.10 on), Bun or Deno has
// within:
//   node server.cjs PORT OPTIONS
// OPTIONS is the JSON of tls.createServer's; key, cert and dhparam name files.
var fs = require('fs'), tls = require('tls');

var options = JSON.parse(process.argv[3]);
function read(path) { return fs.readFileSync(path); }
['key', 'cert', 'dhparam'].forEach(function (name) {
	var paths = options[name];
	if (paths) options[name] = Array.isArray(paths) ? paths.map(read) : read(paths);
});
function deaf() {} // a peer that goes away is no news

var server = tls.createServer(options, function (conn) {
	conn.on('error', deaf);
	conn.end();
});
server.on('clientError', function (err, conn) {
	if (conn && conn.destroy) conn.destroy(); // 0.12 leaves it open
});
server.on('tlsClientError', deaf);
server.listen(Number(process.argv[2]), '127.0.0.1');
process.on('uncaughtException', function (err) {
	console.error(err.stack);
	if (err.code === 'EADDRINUSE') process.exit(1);
});

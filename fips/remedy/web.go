package remedy

import (
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// nginx writes the lines of an http or server block.
func (w *writer) nginx() {
	p := w.plan()
	if len(p.versions) == 0 {
		return
	}
	lines := []Line{{"ssl_protocols " + strings.Join(p.versions, " ") + ";", "In every server block of the address: of several on one address the default server's protocols hold for all."}}
	lines = append(lines, p.lines(words{"ssl_ciphers ", "ssl_conf_command Ciphersuites ", "ssl_ecdh_curve ", "ssl_conf_command SignatureAlgorithms ", ";", "Known to nginx 1.19.4 and later, with OpenSSL."})...)
	lines = append(lines, Line{Text: "ssl_prefer_server_ciphers on;"})
	if w.found("tls-extension", "early_data") {
		lines = append(lines, Line{"ssl_early_data off;", "Early data can be replayed."})
		w.ends("tls-extension", "early_data")
	}
	w.endOptions() // nginx never compresses since 1.3.2
	w.block("nginx.conf", "#", lines...)
}

// apache writes the lines of mod_ssl.
func (w *writer) apache() {
	p := w.plan()
	if len(p.versions) == 0 {
		return
	}
	lines := []Line{{"SSLProtocol -all +" + strings.Join(p.versions, " +"), "In the virtual host, or for all of them in ssl.conf."}}
	lines = append(lines, p.lines(words{"SSLCipherSuite ", "SSLCipherSuite TLSv1.3 ", "SSLOpenSSLConfCmd Groups ", "SSLOpenSSLConfCmd SignatureAlgorithms ", "", "Known to Apache 2.4.36 and later."})...)
	lines = append(lines, Line{Text: "SSLHonorCipherOrder on"})
	if w.found("tls-extension", "tls-compression") {
		lines = append(lines, Line{Text: "SSLCompression off"})
	}
	w.endOptions()
	w.block("httpd.conf", "#", lines...)
}

// haproxy writes the lines of the global section.
func (w *writer) haproxy() {
	p := w.plan()
	if len(p.versions) == 0 {
		return
	}
	options := "ssl-default-bind-options ssl-min-ver " + p.versions[0]
	if !p.has(scanner.TLSv13) {
		options += " ssl-max-ver " + scanner.TLSv12
	}
	lines := []Line{
		{"global", "Take ciphers, ciphersuites, curves, sigalgs, allow-0rtt and the options of versions out of bind lines: there they go before these."},
		{Text: "    " + options},
	}
	if p.named {
		w.note("ssl-default-bind-sigalgs is known to HAProxy 2.8 and later.")
	}
	lines = append(lines, p.lines(words{"    ssl-default-bind-ciphers ", "    ssl-default-bind-ciphersuites ", "    ssl-default-bind-curves ", "    ssl-default-bind-sigalgs ", "", ""})...)
	w.ends("tls-extension", "early_data")
	w.endOptions()
	w.block("haproxy.cfg", "#", lines...)
}

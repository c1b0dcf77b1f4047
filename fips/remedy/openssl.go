package remedy

import (
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// What the lines of several products say of themselves.
const (
	level2      = "Level 2 refuses signatures with SHA-1, and keys and primes that give less than 112 bits."
	level0      = "Level 0 lets OpenSSL load the certificate that is too weak: renew it, then put @SECLEVEL=2."
	ownCurves   = "Groups that pass; without this line the library offers x25519 too."
	namedScheme = "The library's own choice would sign by schemes that do not pass."
)

// cipherList is OpenSSL's list of the suites of TLS 1.2.
func (p plan) cipherList() string {
	var names []string
	for _, s := range p.suites {
		names = append(names, openSSLName(s))
	}
	if len(names) == 0 { // the list must not be empty, nor has it any effect then
		names = []string{"ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384"}
	}
	if p.weak {
		return strings.Join(names, ":") + ":@SECLEVEL=0"
	}
	return strings.Join(names, ":") + ":@SECLEVEL=2"
}

func (p plan) level() string {
	if p.weak {
		return level0
	}
	return level2
}

// curveList is OpenSSL's list of the groups, which has names of its own for
// the curves of NIST that it had before TLS 1.3.
func (p plan) curveList(sep string) string {
	own := map[string]string{"secp256r1": "prime256v1"}
	var names []string
	for _, g := range p.groups {
		if name, ok := own[g]; ok {
			g = name
		}
		names = append(names, g)
	}
	return strings.Join(names, sep)
}

// old are the versions before TLS 1.2, by OpenSSL's names.
func old() []string { return []string{"SSLv2", "SSLv3", "TLSv1", "TLSv1.1"} }

// has tells whether a version is left.
func (p plan) has(version string) bool { return slices.Contains(p.versions, version) }

// words are how one product of OpenSSL's family begins and ends the line for
// each thing that is left.
type words struct {
	ciphers, suites, curves, schemes, end string
	known                                 string // since when it knows the word for suites of TLS 1.3
}

func (p plan) lines(x words) []Line {
	lines := []Line{{x.ciphers + p.cipherList() + x.end, p.level()}}
	if p.has(scanner.TLSv13) {
		lines = append(lines, Line{x.suites + strings.Join(p.suites13, ":") + x.end, x.known})
	}
	if len(p.groups) > 0 {
		lines = append(lines, Line{x.curves + p.curveList(":") + x.end, ownCurves})
	}
	if p.named {
		lines = append(lines, Line{x.schemes + strings.Join(p.schemes, ":") + x.end, namedScheme})
	}
	return lines
}

// openssl writes openssl.cnf, by which a program goes that leaves OpenSSL's
// own settings alone.
func (w *writer) openssl() {
	p := w.plan()
	if len(p.versions) == 0 {
		return
	}
	lines := []Line{
		{"openssl_conf = openssl_init", "At the top of the file, and the sections behind it; a program's own settings go before these."},
		{Text: "[openssl_init]"}, {Text: "ssl_conf = ssl_sect"},
		{Text: "[ssl_sect]"}, {Text: "system_default = system_default_sect"},
		{Text: "[system_default_sect]"},
	}
	lines = append(lines, p.section()...)
	w.endOptions()
	w.block("openssl.cnf", "#", lines...)
}

// section is the lines of a section of openssl.cnf.
func (p plan) section() []Line {
	lines := []Line{{Text: "MinProtocol = " + p.versions[0]}}
	if !p.has(scanner.TLSv13) {
		lines = append(lines, Line{Text: "MaxProtocol = " + scanner.TLSv12})
	}
	lines = append(lines, p.lines(words{"CipherString = ", "Ciphersuites = ", "Groups = ", "SignatureAlgorithms = ", "", ""})...)
	return append(lines, Line{"Options = ServerPreference,-Compression", "The server's order decides."})
}

// endOptions says what the options of SSL_CONF end.
func (w *writer) endOptions() { w.ends("tls-extension", "tls-compression") }

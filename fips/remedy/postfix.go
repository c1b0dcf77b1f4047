package remedy

import (
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// postfix writes main.cf, and the file of OpenSSL's settings that it names:
// main.cf itself has no word for the suites of TLS 1.3.
func (w *writer) postfix() {
	p := w.plan()
	if len(p.versions) == 0 {
		return
	}
	var barred []string
	for _, v := range old() {
		barred = append(barred, "!"+v)
	}
	for _, v := range [...]string{scanner.TLSv12, scanner.TLSv13} {
		if !p.has(v) {
			barred = append(barred, "!"+v)
		}
	}
	versions, list := strings.Join(barred, ", "), p.cipherList()
	lines := []Line{
		{"smtpd_tls_protocols = " + versions, "Take settings of the same names out of master.cf, where they go before these."},
		{Text: "smtpd_tls_mandatory_protocols = " + versions},
		{Text: "smtpd_tls_ciphers = high"},
		{Text: "smtpd_tls_mandatory_ciphers = high"},
		{"tls_high_cipherlist = " + list, p.level()},
		{Text: "tls_preempt_cipherlist = yes"},
	}
	if len(p.groups) > 0 {
		lines = append(lines, Line{Text: "smtpd_tls_eecdh_grade = auto"},
			Line{"tls_eecdh_auto_curves = " + p.curveList(" "), ownCurves})
	}
	lines = append(lines, Line{"tls_config_file = /etc/postfix/openssl.cnf", "Known to Postfix 3.9, and to 3.8.1, 3.7.6, 3.6.10 and 3.5.20 of the older series."},
		Line{Text: "tls_config_name = postfix"})
	if l := w.enforced(); l.Text != "" {
		lines = append(lines, l)
	}
	w.endOptions()
	w.block("/etc/postfix/main.cf", "#", lines...)
	own := []Line{{Text: "postfix = postfix_init"}, {Text: "[postfix_init]"}, {Text: "ssl_conf = ssl_sect"},
		{Text: "[ssl_sect]"}, {Text: "system_default = system_default_sect"}, {Text: "[system_default_sect]"}}
	w.block("/etc/postfix/openssl.cnf", "#", append(own, p.section()...)...)
}

// enforced is the line that insists on TLS, but not for port 25: a mail
// exchanger that others reach must take mail in clear (RFC 3207 section 4).
// Nor where nobody saw that the port does not insist already.
func (w *writer) enforced() Line {
	const line = "smtpd_tls_security_level = encrypt"
	switch {
	case !w.found(versionKind, notEnforced):
		return Line{}
	case w.Endpoint.Port == 25:
		w.stays(versionKind, notEnforced, "A public mail exchanger must take mail without TLS (RFC 3207 section 4). Where this one is not public: "+line)
		return Line{}
	case w.seen.Observation.TLS.Required == nil:
		w.stays(versionKind, notEnforced, "Whether the port insists on TLS was not observed, and the stricter reading holds. It does with: "+line)
		return Line{}
	}
	w.ends(versionKind, notEnforced)
	return Line{line, "Clients that do not turn to TLS are refused. In master.cf, with -o, for this port alone."}
}

package tlsprobe

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// OpenLDAP's slapd is built with GnuTLS here, and takes its priority strings.
func TestSlapd(t *testing.T) {
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	const priority = "NONE:+VERS-TLS1.2:+AES-128-GCM:+AES-256-CBC:+ECDHE-RSA:+RSA:+AEAD:+SHA1:+SIGN-ALL:+GROUP-SECP256R1:+GROUP-SECP384R1:+COMP-NULL"
	ports := lab.Ports(t, 2)
	plain, wrapped := ports[0], ports[1]
	lab.Slapd(t, fmt.Sprintf("TLSCertificateFile %s\nTLSCertificateKeyFile %s\nTLSCipherSuite %s\n", cert, key, priority), map[string]netip.AddrPort{"ldap": plain, "ldaps": wrapped})
	suites, groups := gnutlsList(t, priority)
	want := map[string]seen{scanner.TLSv12: {true, sorted(append(suites[scanner.SSLv3], append(suites[scanner.TLSv10], suites[scanner.TLSv12]...)...)), groups, yes(true)}}
	for scheme, addr := range map[string]netip.AddrPort{"ldap": plain, "tls": wrapped} {
		t.Run(scheme, func(t *testing.T) {
			o := probe(t, at(scheme, addr))
			same(t, "seen", want, seenOf(t, o))
			same(t, "incomplete", []string(nil), incomplete(o))
			// Not at the floor: it declines by hanging up.
		})
	}
	for lines, insists := range map[string]bool{"security tls=1": true, "security ssf=128": true, "": false, "allow bind_v2": false} {
		addr := lab.Port(t)
		lab.Slapd(t, fmt.Sprintf("TLSCertificateFile %s\nTLSCertificateKeyFile %s\n%s\n", cert, key, lines), map[string]netip.AddrPort{"ldap": addr})
		if o := probe(t, at("ldap", addr)); o.TLS == nil {
			t.Errorf("%q: plain %+v, failure %+v", lines, o.Plain, o.Failure)
		} else {
			same(t, lines, yes(insists), o.TLS.Required)
		}
	}
	t.Run("without a certificate", func(t *testing.T) {
		addr := lab.Port(t)
		lab.Slapd(t, "", map[string]netip.AddrPort{"ldap": addr})
		if o := probe(t, at("ldap", addr)); o.Plain == nil || o.Plain.Protocol != "ldap" || o.Plain.STARTTLS {
			t.Errorf("plain %+v, failure %+v", o.Plain, o.Failure)
		}
	})
}

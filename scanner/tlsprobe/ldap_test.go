package tlsprobe

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// OpenLDAP's slapd is built with GnuTLS here, and takes its priority strings.
func TestSlapd(t *testing.T) {
	slapd := lab.Program(t, "slapd")
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	const priority = "NONE:+VERS-TLS1.2:+AES-128-GCM:+AES-256-CBC:+ECDHE-RSA:+RSA:+AEAD:+SHA1:+SIGN-ALL:+GROUP-SECP256R1:+GROUP-SECP384R1:+COMP-NULL"
	plain, wrapped := lab.Port(t), lab.Port(t)
	lab.Start(t, slapd, "-d", "0", "-h", fmt.Sprintf("ldap://%s ldaps://%s", plain, wrapped), "-f", configured(t, fmt.Sprintf(
		"pidfile %s\nTLSCertificateFile %s\nTLSCertificateKeyFile %s\nTLSCipherSuite %s\n", filepath.Join(t.TempDir(), "pid"), cert, key, priority)))
	suites, groups := gnutlsList(t, priority)
	want := map[string]seen{scanner.TLSv12: {true, sorted(append(suites[scanner.SSLv3], append(suites[scanner.TLSv10], suites[scanner.TLSv12]...)...)), groups, yes(true)}}
	for scheme, port := range map[string]uint16{"ldap": plain.Port(), "tls": wrapped.Port()} {
		t.Run(scheme, func(t *testing.T) {
			e := listening(t, port)
			e.Scheme = scheme
			o := probe(t, e)
			same(t, "seen", want, seenOf(t, o))
			same(t, "incomplete", []string(nil), incomplete(o))
			// Not at the floor: it declines by hanging up.
		})
	}
	t.Run("without a certificate", func(t *testing.T) {
		at := lab.Port(t)
		lab.Start(t, slapd, "-d", "0", "-h", "ldap://"+at.String(), "-f", configured(t, "pidfile "+filepath.Join(t.TempDir(), "pid")+"\n"))
		e := listening(t, at.Port())
		e.Scheme = "ldap"
		if o := probe(t, e); o.Plain == nil || o.Plain.Protocol != "ldap" || o.Plain.STARTTLS {
			t.Errorf("plain %+v, failure %+v", o.Plain, o.Failure)
		}
	})
}

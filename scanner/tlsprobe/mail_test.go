package tlsprobe

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

func TestVsftpd(t *testing.T) {
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	const ciphers = "ECDHE-RSA-AES128-GCM-SHA256:AES256-SHA"
	for _, with := range []bool{true, false} {
		t.Run(fmt.Sprintf("ssl_enable %v", with), func(t *testing.T) {
			addr := lab.Port(t)
			lab.Vsftpd(t, addr, fmt.Sprintf("ssl_enable=%s\nrsa_cert_file=%s\nrsa_private_key_file=%s\nssl_ciphers=%s\n",
				map[bool]string{true: "YES", false: "NO"}[with], cert, key, ciphers))
			o := probe(t, at("ftp", addr))
			if !with {
				if o.Plain == nil || o.Plain.STARTTLS {
					t.Errorf("plain %+v, failure %+v", o.Plain, o.Failure)
				}
				return
			}
			got := seenOf(t, o)
			same(t, "suites", opensslSuites(t, scanner.TLSv12, ciphers, "RSA"), got[scanner.TLSv12].Suites)
			same(t, "incomplete", []string(nil), incomplete(o))
			same(t, "chains", 1, len(o.TLS.Chains))
		})
	}
}

// Whether vsftpd insists on TLS is told by what it says to users without it.
func TestVsftpdInsists(t *testing.T) {
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	for _, row := range []struct {
		name, lines string
		want        *bool
	}{
		{"of everybody", "local_enable=YES\nforce_local_logins_ssl=YES\nforce_anon_logins_ssl=YES\nallow_anon_ssl=YES\n", yes(true)},
		{"of those with a password", "local_enable=YES\nforce_local_logins_ssl=YES\nforce_anon_logins_ssl=NO\nallow_anon_ssl=YES\n", nil},
		{"of the anonymous", "local_enable=YES\nforce_local_logins_ssl=NO\nforce_anon_logins_ssl=YES\nallow_anon_ssl=YES\n", yes(false)},
		{"of nobody", "local_enable=YES\nforce_local_logins_ssl=NO\nforce_anon_logins_ssl=NO\n", yes(false)},
	} {
		t.Run(row.name, func(t *testing.T) {
			addr := lab.Port(t)
			lab.Vsftpd(t, addr, fmt.Sprintf("ssl_enable=YES\nrsa_cert_file=%s\nrsa_private_key_file=%s\nssl_ciphers=ECDHE-RSA-AES128-GCM-SHA256\n%s", cert, key, row.lines))
			o := probe(t, at("ftp", addr))
			same(t, "insists", row.want, o.TLS.Required)
			same(t, "incomplete", []string(nil), incomplete(o))
			same(t, "suites", []string{"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"}, seenOf(t, o)[scanner.TLSv12].Suites)
		})
	}
}

// Dovecot speaks four protocols that turn to TLS. Without TLS each is plain.
func TestDovecot(t *testing.T) {
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	const ciphers = "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-SHA384"
	for _, ssl := range []string{"required", "yes\ndisable_plaintext_auth = no", "no"} {
		servers := lab.Dovecot(t, cert, key, fmt.Sprintf("ssl = %s\nssl_min_protocol = TLSv1.2\nssl_cipher_list = %s\n", ssl, ciphers))
		for scheme, addr := range servers {
			t.Run(scheme+" ssl="+ssl, func(t *testing.T) {
				o := probe(t, at(scheme, addr))
				if ssl == "no" {
					if o.Plain == nil || o.Plain.Protocol != scheme || o.Plain.STARTTLS || o.Plain.Banner == "" {
						t.Errorf("plain %+v, failure %+v", o.Plain, o.Failure)
					}
					return
				}
				got := seenOf(t, o)
				same(t, "versions", 2, len(got))
				same(t, "suites", opensslSuites(t, scanner.TLSv12, ciphers, "RSA"), got[scanner.TLSv12].Suites)
				same(t, "incomplete", []string(nil), incomplete(o))
				same(t, "upgraded", scheme, o.TLS.STARTTLS)
				// LMTP has no logins.
				same(t, "insists", yes(ssl == "required" && scheme != "lmtp"), o.TLS.Required)
				// Not at the floor: Dovecot declines by hanging up, and each such no is
				// asked for twice and set beside a question that it still answers.
			})
		}
	}
}

func TestPostfix(t *testing.T) {
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	const ciphers = "ECDHE-RSA-AES256-GCM-SHA384:AES128-SHA"
	ports := lab.Ports(t, 3)
	may, encrypt, none := ports[0], ports[1], ports[2]
	lab.Postfix(t, cert, key, "smtpd_tls_security_level = may\nsmtpd_tls_protocols = >=TLSv1.2, <=TLSv1.2\nsmtpd_tls_ciphers = medium\ntls_medium_cipherlist = "+ciphers, nil,
		lab.Smtpd{At: may},
		lab.Smtpd{At: encrypt, Options: []string{"smtpd_tls_security_level=encrypt", "smtpd_tls_mandatory_ciphers=medium", "smtpd_tls_mandatory_protocols=>=TLSv1.2,<=TLSv1.2"}},
		lab.Smtpd{At: none, Options: []string{"smtpd_tls_security_level=none"}})
	for scheme, addr := range map[string]netip.AddrPort{"smtp": may, "submission": encrypt} {
		o := probe(t, at(scheme, addr))
		want := map[string]seen{scanner.TLSv12: {true, opensslSuites(t, scanner.TLSv12, ciphers, "RSA"), seenOf(t, o)[scanner.TLSv12].Groups, yes(true)}}
		same(t, scheme+" seen", want, seenOf(t, o))
		same(t, scheme+" incomplete", []string(nil), incomplete(o))
		same(t, scheme+" insists", yes(addr == encrypt), o.TLS.Required)
	}
	if o := probe(t, at("smtp", none)); o.Plain == nil || o.Plain.Protocol != "smtp" || o.Plain.STARTTLS {
		t.Errorf("without TLS: plain %+v, failure %+v", o.Plain, o.Failure)
	}
}

// Dovecot that was given no parameters of finite fields chooses their suites
// all the same, and then hangs up. What it has besides is found.
func TestDovecotWithoutParameters(t *testing.T) {
	cert, key := keyPair(t, "-newkey", "rsa:2048")
	for _, order := range []string{"yes", "no"} {
		servers := lab.Dovecot(t, cert, key, "ssl = required\nssl_min_protocol = TLSv1.2\nssl_cipher_list = DHE+AESGCM:ECDHE+AESGCM:DHE+AES:RSA+AESGCM\nssl_prefer_server_ciphers = "+order+"\n")
		o := probe(t, at("imap", servers["imap"]))
		got := seenOf(t, o)
		same(t, "suites, its own order "+order, opensslSuites(t, scanner.TLSv12, "ECDHE+AESGCM:RSA+AESGCM", "RSA"), got[scanner.TLSv12].Suites)
		same(t, "versions", 2, len(got))
		same(t, "incomplete", []string(nil), incomplete(o))
	}
}

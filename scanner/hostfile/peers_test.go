package hostfile_test

import (
	"context"
	"net/netip"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner/hostfile"
)

// accepted are the versions in which a server lets openssl in, at level 0.
func accepted(t *testing.T, at netip.AddrPort, more ...string) (names []string) {
	t.Helper()
	openssl := lab.Program(t, "openssl")
	for _, v := range [][2]string{{"-tls1", "TLSv1.0"}, {"-tls1_1", "TLSv1.1"}, {"-tls1_2", "TLSv1.2"}, {"-tls1_3", "TLSv1.3"}} {
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
		args := append([]string{"s_client", "-connect", at.String(), v[0], "-cipher", "ALL:@SECLEVEL=0"}, more...)
		if exec.CommandContext(ctx, openssl, args...).Run() == nil { // its input is empty, so that it ends
			names = append(names, v[1])
		}
		stop()
	}
	return names
}

// versionsTold are those that a configuration is told to let in.
func versionsTold(t *testing.T, text string) (names []string) {
	t.Helper()
	m, _, _ := hostfile.Parse([]byte(text), "x")
	for _, s := range m.Settings {
		if s.Kind == "protocol-version" {
			names = append(names, s.Values...)
		}
	}
	return names
}

// ends fails the test unless what was told is among what the server takes, and
// has its oldest version.
func ends(t *testing.T, text string, told, accepts []string) {
	t.Helper()
	if len(accepts) == 0 || len(told) == 0 || !slices.Contains(told, accepts[0]) {
		t.Errorf("%s: the server takes %q, told is %q", text, accepts, told)
	}
	for _, v := range told {
		if !slices.Contains(accepts, v) {
			t.Errorf("%s: %s is told, and the server takes %q", text, v, accepts)
		}
	}
}

func TestAsHAProxyReads(t *testing.T) {
	cert, key := lab.KeyPair(t, "-newkey", "rsa:2048")
	crt := lab.Bundle(t, cert, key)
	for _, tt := range [][2]string{
		{"", "ssl-min-ver TLSv1.0"}, {"", "ssl-min-ver TLSv1.1 no-tlsv11 ssl-max-ver TLSv1.2"}, {"", "ssl-max-ver TLSv1.1"},
		{"", "force-tlsv10 force-tlsv11"}, {"ssl-default-bind-options ssl-min-ver TLSv1.0", ""},
	} {
		at := lab.Port(t)
		lab.Haproxy(t, at, "  ssl-default-bind-ciphers ALL:@SECLEVEL=0\n  "+tt[0]+"\n", "crt "+crt+" "+tt[1])
		text := "global\n " + tt[0] + "\nfrontend a\n bind :1 ssl crt /x " + tt[1] + "\n"
		ends(t, text, versionsTold(t, text), accepted(t, at))
	}
}

func TestAsPostfixReads(t *testing.T) {
	cert, key := lab.KeyPair(t, "-newkey", "rsa:2048")
	settings := []string{"smtpd_tls_protocols=>=TLSv1", "smtpd_tls_protocols=>=TLSv1.1, <=TLSv1.2", "smtpd_tls_protocols=TLSv1, TLSv1.1", "smtpd_tls_protocols=!SSLv2, !SSLv3, !TLSv1", "smtpd_tls_protocols=!SSLv3:!TLSv1.3"}
	var services []lab.Smtpd
	for _, s := range settings {
		services = append(services, lab.Smtpd{At: lab.Port(t), Options: []string{s}})
	}
	lab.Postfix(t, cert, key, "smtpd_tls_security_level = may\nsmtpd_tls_ciphers = medium\ntls_medium_cipherlist = ALL:@SECLEVEL=0", nil, services...)
	for i, s := range settings {
		ends(t, s, versionsTold(t, s), accepted(t, services[i].At, "-starttls", "smtp"))
	}
}

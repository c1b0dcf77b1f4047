package tlsprobe

import (
	"encoding/json"
	"os"
	"os/exec"
	"testing"

	"github.com/fipsweep/fipsweep/scanner"
)

// Under Go's FIPS mode a client of the standard library's offers less. What is
// asked here, and so what is seen, stays the same, the TLS 1.3 handshake
// included.
func TestSameUnderFIPS(t *testing.T) {
	rsaCert, rsaKey := keyPair(t, "-newkey", "rsa:2048")
	rows := []struct {
		name string
		args []string
	}{
		{"everything", []string{"-cipher", opensslEverything, "-psk", "1a2b3c4d"}},
		{"TLS 1.3 alone", []string{"-tls1_3"}},
		{"TLS 1.3, X25519 and ChaCha20 alone", []string{"-tls1_3", "-groups", "X25519", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			e := serveOpenSSL(t, append([]string{"-cert", rsaCert, "-key", rsaKey}, row.args...)...)
			off, on := ask(t, e, "fips140=off"), ask(t, e, "fips140=on")
			if off.FIPS || !on.FIPS {
				t.Fatalf("FIPS mode: %v without, %v with", off.FIPS, on.FIPS)
			}
			if off.TLS == nil || len(off.TLS.Chains) != 1 {
				t.Errorf("without FIPS mode no chain: %+v", off)
			}
			on.FIPS = false
			same(t, "observation", off, on)
		})
	}
}

// ask runs this test binary as a probe under a setting of GODEBUG.
func ask(t *testing.T, e scanner.Endpoint, debug string) told {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), "TLSPROBE_ASK="+e.AddrPort().String(), "GODEBUG="+debug)
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	var said told
	if err := json.Unmarshal(out, &said); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return said
}

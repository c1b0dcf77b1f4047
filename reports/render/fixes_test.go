package render_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/reports/render"
	"github.com/fipsweep/fipsweep/scanner"
)

// weakServers are as many servers as asked for: every tenth speaks TLS with
// groups of its own, the others are OpenSSH of two versions.
func weakServers(judge *fips.Judge, n int) []fips.Assessment {
	var all []fips.Assessment
	accepted := true
	for i := range n {
		o := scanner.Observe(scanner.Host(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 22, ""), "ssh")
		if i%10 == 0 {
			o.TLS = &scanner.TLS{Depth: "full", Versions: []scanner.TLSVersion{{Version: scanner.TLSv12, Accepted: &accepted,
				Suites: []string{"TLS_RSA_WITH_AES_128_CBC_SHA"}, Groups: []string{"ffdhe2048", "ffdhe3072", "brainpoolP256r1"}[:i%3]}}}
		} else {
			o.SSH = &scanner.SSH{Banner: fmt.Sprintf("SSH-2.0-OpenSSH_%d.%d", 8+i%2, i%2), Kexinit: &scanner.Kexinit{
				KexAlgorithms: []string{"curve25519-sha256", "ecdh-sha2-nistp256"}, ServerHostKeyAlgorithms: []string{"rsa-sha2-512"},
				EncryptionClientServer: []string{"aes128-ctr"}, EncryptionServerClient: []string{"aes128-ctr"},
				MACClientServer: []string{"hmac-sha2-256"}, MACServerClient: []string{"hmac-sha2-256"}}}
		}
		all = append(all, judge.Assess(o))
	}
	return all
}

// fixPage is the HTML report of those servers.
func fixPage(t *testing.T, all func(*fips.Judge) []fips.Assessment) string {
	t.Helper()
	c := loadCatalogue(t)
	judge, err := fips.NewJudge(c, "2026-11-22")
	if err != nil {
		t.Fatal(err)
	}
	b, err := reports.NewBuilder(reports.Config{Sweep: sweep(), Catalogue: c, Controls: table(t), Policy: judge.Policy(), AsOf: "2026-11-22", Judge: judge})
	if err != nil {
		t.Fatal(err)
	}
	list := all(judge)
	for _, a := range list {
		if err := b.Record(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := render.HTML(t.Context(), &out, b.Report(began), again(list)); err != nil {
		t.Fatal(err)
	}
	if bad := balanced(out.String()); bad != "" {
		t.Error(bad)
	}
	return out.String()
}

// The lines stand once for all endpoints that share them, and others lead to
// them.
func TestHTMLFixesAreShared(t *testing.T) {
	out := fixPage(t, func(j *fips.Judge) []fips.Assessment { return weakServers(j, 300) })
	if sets := strings.Count(out, `id="fix-`); sets != 5 { // two of OpenSSH, three of TLS
		t.Errorf("%d sets of lines", sets)
	}
	if links := strings.Count(out, `<a href="#fix-`); links != 295 {
		t.Errorf("%d endpoints lead to the lines of another", links)
	}
	for _, want := range []string{"PubkeyAcceptedKeyTypes ", "PubkeyAcceptedAlgorithms ", "ssl_protocols TLSv1.2 TLSv1.3;", "SSLProtocol -all", "jdk.tls.disabledAlgorithms="} {
		if !strings.Contains(out, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// However unlike the servers are, the page holds so many sets of lines and says
// that there are more.
func TestHTMLFixesAreBounded(t *testing.T) {
	out := fixPage(t, func(j *fips.Judge) []fips.Assessment {
		all := weakServers(j, 250)
		for i := range all {
			o := all[i].Observation
			if o.SSH == nil {
				continue
			}
			o.SSH.HostKeys = []scanner.HostKey{{Type: "ssh-rsa", Bits: 1024, SHA256: fmt.Sprintf("%064d", i), Exponent: "65537"},
				{Type: "ecdsa-sha2-nistp256", Bits: 256, Curve: "nistp256", SHA256: fmt.Sprintf("%064x", i)}}
			o.SSH.HostKeys[0].SHA256 = fmt.Sprintf("%03d%061d", i, 0)
			all[i] = j.Assess(o)
		}
		return all
	})
	if sets := strings.Count(out, `id="fix-`); sets != 200 {
		t.Errorf("%d sets of lines", sets)
	}
	if !strings.Contains(out, "as many configuration lines as it may") {
		t.Error("does not say that there are more")
	}
}

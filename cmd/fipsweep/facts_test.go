package main

import (
	"crypto/tls"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/reports"
)

// A toldFact is what a scan's JSON lines tell of one fact.
type toldFact struct {
	Kind      reports.FactKind `json:"kind"`
	Subject   string           `json:"subject"`
	SHA256    string           `json:"sha256"`
	Says      string           `json:"says"`
	Count     int              `json:"count"`
	Hands     int              `json:"hands"`
	Rule      string           `json:"rule"`
	Endpoints []string         `json:"endpoints"`
	Finding   string           `json:"finding"`
	Status    string           `json:"status"`
}

// toldLine is any line but an observation.
type toldLine struct {
	Schema        string                   `json:"schema"`
	ID            string                   `json:"id"`
	Rule          string                   `json:"rule"`
	Status        string                   `json:"status"`
	EndpointCount int                      `json:"endpoint_count"`
	Facts         []toldFact               `json:"facts"`
	FactCounts    map[reports.FactKind]int `json:"fact_counts"`
	Findings      map[string]int           `json:"findings"`
}

// told reads the findings and the sweep line.
func told(t *testing.T, lines [][]byte) (findings []toldLine, sweep toldLine) {
	t.Helper()
	for _, line := range lines {
		var l toldLine
		if err := json.Unmarshal(line, &l); err != nil {
			continue // an observation, whose fields mean other things
		}
		switch l.Schema {
		case reports.FindingSchema:
			findings = append(findings, l)
		case reports.SweepSchema:
			sweep = l
		}
	}
	return findings, sweep
}

// serveTLSAt serves on an address of its own.
func serveTLSAt(t *testing.T, host string, cert tls.Certificate) string {
	t.Helper()
	config := &tls.Config{Certificates: []tls.Certificate{cert}}
	return lab.ServeAt(t, net.JoinHostPort(host, "0"), func(c net.Conn) { _ = tls.Server(c, config).Handshake() }).String()
}

// makeKeys makes with OpenSSL: a key with its certificate beside it, that key
// again in another certificate elsewhere, a copy of the key, and a key of which
// nothing else is there.
func makeKeys(t *testing.T) (dir string, served tls.Certificate) {
	t.Helper()
	openssl := lab.Program(t, "openssl")
	dir = t.TempDir()
	at := func(parts ...string) string { return filepath.Join(append([]string{dir}, parts...)...) }
	for _, d := range []string{"web", "mail", "spare"} {
		if err := os.Mkdir(at(d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []string{at("web", "key.pem"), at("spare", "key.pem")} {
		lab.Run(t, openssl, "genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072", "-out", key)
	}
	lab.Run(t, openssl, "req", "-x509", "-key", at("web", "key.pem"), "-subj", "/CN=web.example", "-addext", "subjectAltName=DNS:web.example", "-days", "90", "-out", at("web", "cert.pem"))
	lab.Run(t, openssl, "req", "-x509", "-key", at("web", "key.pem"), "-subj", "/CN=mail.example", "-addext", "subjectAltName=DNS:mail.example", "-days", "90", "-out", at("mail", "cert.pem"))
	key, err := os.ReadFile(at("web", "key.pem"))
	if err == nil {
		err = os.WriteFile(at("mail", "copy.pem"), key, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	served, err = tls.LoadX509KeyPair(at("web", "cert.pem"), at("web", "key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	return dir, served
}

func TestFactsOverFilesAndEndpoints(t *testing.T) {
	dir, cert := makeKeys(t)
	one, two := serveTLSAt(t, "127.0.0.1", cert), serveTLSAt(t, "127.0.0.2", cert)
	r := runScan(t, "--fail-on", "never", dir, one, two)
	findings, sweep := told(t, r.lines)
	want := map[reports.FactKind]int{reports.KeyShared: 1, reports.PrivateServed: 1, reports.CertificateNames: 1, reports.PrivateOrphaned: 1, reports.PrivateBeside: 1}
	if len(sweep.FactCounts) != len(want) {
		t.Errorf("facts %v, want %v", sweep.FactCounts, want)
	}
	for kind, n := range want {
		if sweep.FactCounts[kind] != n {
			t.Errorf("%d facts %s, want %d", sweep.FactCounts[kind], kind, n)
		}
	}
	for _, f := range sweep.Facts {
		hold := func(list ...string) {
			for _, e := range list {
				if !slices.Contains(f.Endpoints, e) {
					t.Errorf("%s at %q, want %s too", f.Kind, f.Endpoints, e)
				}
			}
		}
		switch f.Kind {
		case reports.KeyShared:
			hold(one, two, dir+"/web/key.pem", dir+"/web/cert.pem", dir+"/mail/cert.pem", dir+"/mail/copy.pem")
			for _, says := range []string{"in 2 hands", "certificates for 2 different names", "lies in 2 files"} {
				if !strings.Contains(f.Says, says) {
					t.Errorf("it says %q, want %q", f.Says, says)
				}
			}
			if f.Status != "deprecated" || f.Count != 6 || f.Hands != 2 {
				t.Errorf("status %q of %d places in %d hands, want deprecated of 6 in 2", f.Status, f.Count, f.Hands)
			}
			if !slices.ContainsFunc(findings, func(l toldLine) bool {
				return l.ID == f.Finding && l.Rule == "certificate-property/key-reused-across-hosts" && l.EndpointCount == 6
			}) {
				t.Errorf("no line of finding %s", f.Finding)
			}
			continue
		case reports.PrivateServed:
			hold(one, two, dir+"/web/key.pem", dir+"/mail/copy.pem")
		case reports.CertificateNames:
			hold(one, two)
		case reports.PrivateOrphaned:
			hold(dir + "/spare/key.pem")
		case reports.PrivateBeside:
			hold(dir + "/web/key.pem")
		}
		rule := map[reports.FactKind]string{reports.PrivateServed: "private-key-on-disk-served", reports.CertificateNames: "certificate-served-under-several-names"}[f.Kind]
		if rule == "" && f.Rule+f.Status+f.Finding != "" {
			t.Errorf("%s is ruled on, but no rule speaks of it", f.Kind)
		}
		if rule != "" && (f.Rule != "certificate-property/"+rule || f.Status != "allowed" || f.Finding != "") {
			t.Errorf("%s: rule %q, status %q, finding %q; want %s, allowed and none", f.Kind, f.Rule, f.Status, f.Finding, rule)
		}
	}
	lines := 0
	for _, n := range sweep.Findings {
		lines += n
	}
	if lines != len(findings) {
		t.Errorf("the sweep counts %d findings, %d are told", lines, len(findings))
	}
	for _, says := range []string{"1 key in more than one hand (deprecated)", "TOGETHER"} {
		if !strings.Contains(strings.Join(strings.Fields(r.stdout), " "), says) {
			t.Errorf("the summary lacks %q:\n%s", says, r.stdout)
		}
	}
}

// A key in two certificates is deprecated, which alone is below the default of --fail-on.
func TestSharedKeyAlone(t *testing.T) {
	dir, _ := makeKeys(t)
	for _, name := range []string{"spare/key.pem", "web/key.pem", "mail/copy.pem"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if r := runScan(t, "--fail-on", "not-approved", dir); r.status != exitClean {
		t.Errorf("status %d for deprecated, want 0", r.status)
	}
	if r := runScan(t, "--fail-on", "deprecated", dir); r.status != exitFindings {
		t.Errorf("status %d with --fail-on deprecated, want 3", r.status)
	}
}

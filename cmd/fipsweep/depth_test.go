package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/internal/lab/valid"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/tlsprobe"
)

// A pair is the files of a certificate and its key.
type pair struct{ cert, key string }

// newPair issues a certificate for lab.test in which there is nothing to find
// but the key itself.
func newPair(t *testing.T, key crypto.Signer) pair {
	t.Helper()
	ca, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	issuer := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "lab CA"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(90 * 24 * time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "lab.test"}, DNSNames: []string{"lab.test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(80 * 24 * time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, CRLDistributionPoints: []string{"http://lab.test/crl"}}
	if _, ok := key.(*rsa.PrivateKey); ok {
		leaf.KeyUsage |= x509.KeyUsageKeyEncipherment
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, issuer, key.Public(), ca)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	p := pair{filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}
	for path, block := range map[string]*pem.Block{p.cert: {Type: "CERTIFICATE", Bytes: der}, p.key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func newRSA(t *testing.T, bits int) crypto.Signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newEC(t *testing.T, c elliptic.Curve) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// args are those of s_server for the certificate.
func (p pair) args(more ...string) []string {
	return append([]string{"-cert", p.cert, "-key", p.key}, more...)
}

// second are those of s_server for another certificate.
func (p pair) second() []string { return []string{"-dcert", p.cert, "-dkey", p.key} }

// depths asks one endpoint at both depths.
type depths struct {
	t             *testing.T
	judge         *fips.Judge
	failOn        fips.Status
	full, verdict fips.Assessment
}

// ask probes and checks that the connections told are those made.
func (d *depths) ask(e scanner.Endpoint, v *tlsprobe.Verdict) fips.Assessment {
	d.t.Helper()
	var n atomic.Int64
	dial := func(ctx context.Context, addr netip.AddrPort) (net.Conn, error) {
		n.Add(1)
		return lab.Dial(ctx, addr)
	}
	ctx, cancel := context.WithTimeout(d.t.Context(), 2*time.Minute)
	defer cancel()
	o := tlsprobe.New(dial, tlsprobe.Options{Verdict: v}).Probe(ctx, e)
	if o.TLS != nil && int64(o.TLS.Connections) != n.Load() {
		d.t.Errorf("connections: told %d, made %d", o.TLS.Connections, n.Load())
	}
	return d.judge.Assess(o)
}

func bothDepths(t *testing.T, e scanner.Endpoint, failOn fips.Status) *depths {
	t.Helper()
	judge, _, err := newJudge(fips.DateOf(time.Now()), nil)
	if err != nil {
		t.Fatal(err)
	}
	d := &depths{t: t, judge: judge, failOn: failOn}
	d.full = d.ask(e, nil)
	d.verdict = d.ask(e, newVerdict(judge, failOn))
	return d
}

// agree fails the test where the verdict contradicts all that is to be known.
func (d *depths) agree() {
	d.t.Helper()
	known := map[string]bool{}
	for _, f := range d.full.Findings {
		known[f.ID] = true
	}
	for _, f := range d.verdict.Findings {
		if !known[f.ID] {
			d.t.Errorf("verdict finds %s %s %v, full does not", f.Status, f.Subject.Name, f.Where)
		}
	}
	if f, v := d.full.Worst.Grade(), d.verdict.Worst.Grade(); f != v {
		d.t.Errorf("full comes to %s, verdict to %s\nfull: %s\nverdict: %s\nincomplete: %v", d.full.Worst, d.verdict.Worst, named(d.full), named(d.verdict), d.verdict.Observation.Incomplete)
	}
	if f, v := d.full.Worst >= d.failOn, d.verdict.Worst >= d.failOn; f != v {
		d.t.Errorf("at %s full fails %v, verdict %v", d.failOn, f, v)
	}
	d.classes()
	d.unobserved()
	d.controls()
}

// classes holds that each kind of evidence comes to the same grade, where no
// version is accepted that fails by itself and is not asked further, and no key
// is told as not asked for. A chain may hide behind what fails.
func (d *depths) classes() {
	d.t.Helper()
	for _, q := range d.verdict.Observation.TLS.Asked.NotPut {
		if d.verdict.Short() && strings.HasSuffix(q, "of keys that were not shown") {
			return
		}
	}
	for _, v := range d.full.Observation.TLS.Versions {
		if v.Version < scanner.TLSv12 && v.Accepted != nil && *v.Accepted {
			return
		}
	}
	grades := func(a fips.Assessment) map[fips.Class]fips.Grade {
		m := map[fips.Class]fips.Grade{}
		for _, r := range a.Rulings {
			if !d.verdict.Short() || strings.HasPrefix(string(r.Class), "tls-") {
				m[r.Class] = max(m[r.Class], r.Status.Grade())
			}
		}
		return m
	}
	if diff := cmp.Diff(grades(d.full), grades(d.verdict)); diff != "" {
		d.t.Errorf("grades (-full +verdict):\n%s\nfull: %s", diff, named(d.full))
	}
}

// unobserved holds that whatever verdict does not show, and full does, is said
// not to have been asked.
func (d *depths) unobserved() {
	d.t.Helper()
	notPut := strings.Join(d.verdict.Observation.TLS.Asked.NotPut, "\n")
	for i, v := range d.verdict.Observation.TLS.Versions {
		full := d.full.Observation.TLS.Versions[i]
		said := strings.Contains(notPut, v.Version)
		switch {
		case v.Accepted == nil && !said:
			d.t.Errorf("%s is unobserved, and not said to be", v.Version)
		case v.Accepted != nil && full.Accepted != nil && *v.Accepted != *full.Accepted:
			d.t.Errorf("%s accepted: full %v, verdict %v", v.Version, *full.Accepted, *v.Accepted)
		case len(v.Suites) < len(full.Suites) && !said, len(v.Groups) < len(full.Groups) && !said:
			d.t.Errorf("%s has suites and groups that were not asked for, and are not said to be: %s", v.Version, notPut)
		}
		for _, s := range v.Suites {
			if !slices.Contains(full.Suites, s) {
				d.t.Errorf("%s %s: verdict alone", v.Version, s)
			}
		}
		for _, g := range v.Groups {
			if v.Version >= scanner.TLSv12 && !slices.Contains(full.Groups, g) {
				d.t.Errorf("%s %s: verdict alone", v.Version, g)
			}
		}
	}
}

// controls holds that nothing is satisfied by the verdict that is not by all.
func (d *depths) controls() {
	d.t.Helper()
	table, err := control.Load()
	if err != nil {
		d.t.Fatal(err)
	}
	full, verdict := control.NewTally(table), control.NewTally(table)
	full.Add(d.full)
	verdict.Add(d.verdict)
	v := verdict.Results()
	for i, f := range full.Results() {
		if v[i].State == control.Satisfied && f.State != control.Satisfied {
			d.t.Errorf("%s %s: satisfied by verdict, %s by full", f.Short, f.ID, f.State)
		}
	}
}

// named lists what was found.
func named(a fips.Assessment) string {
	var all []string
	for _, f := range a.Findings {
		all = append(all, fmt.Sprintf("%s %s %v", f.Status, f.Subject.Name, f.Where))
	}
	return strings.Join(all, "; ")
}

func labEndpoint(t *testing.T, addr netip.AddrPort) scanner.Endpoint {
	t.Helper()
	lab.Listens(t, addr)
	return scanner.Host(addr.Addr(), addr.Port(), "lab.test")
}

// reaches holds the server to the grade that its configuration has by itself.
func (d *depths) reaches(grade fips.Grade, most int) {
	d.t.Helper()
	if d.verdict.Worst.Grade() != grade {
		d.t.Errorf("it comes to %s: %s", d.verdict.Worst, named(d.verdict))
	}
	n := d.verdict.Observation.TLS.Connections
	if most > 0 && n > most {
		d.t.Errorf("%d connections, %d do: %v", n, most, d.verdict.Observation.TLS.Hellos)
	}
	d.t.Logf("%d connections %v, full %d; %s: %s; not put %q", n, d.verdict.Observation.TLS.Hellos, d.full.Observation.TLS.Connections, d.verdict.Worst, named(d.verdict), d.verdict.Observation.TLS.Asked.NotPut)
}

// A sweep at depth verdict says so, and judged by other statuses it is a gap.
func TestScanAtDepthVerdict(t *testing.T) {
	p := newPair(t, newEC(t, elliptic.P256()))
	certificate, err := tls.LoadX509KeyPair(p.cert, p.key)
	if err != nil {
		t.Fatal(err)
	}
	where := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12,
		CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}, CurvePreferences: []tls.CurveID{tls.CurveP256}})
	r := runScan(t, "--depth", "verdict", "--as-of", "2026-11-25", where)
	o := r.at(t, where)
	if o.TLS == nil || o.TLS.Depth != fips.DepthVerdict || o.TLS.Asked.Statuses == "" || o.TLS.Connections > 12 {
		t.Errorf("%+v", o.TLS)
	}
	if !strings.Contains(r.stdout, "At depth verdict") {
		t.Errorf("the summary does not say the depth:\n%s", r.stdout)
	}
	if !strings.Contains(string(r.lines[len(r.lines)-1]), `"depth":"verdict"`) {
		t.Errorf("the sweep's line does not say the depth: %s", r.lines[len(r.lines)-1])
	}
	saved := filepath.Join(t.TempDir(), "saved.jsonl")
	if err := os.WriteFile(saved, bytes.Join(r.lines, nil), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		day  string
		told bool
	}{{"2026-11-26", false}, {"2031-01-01", true}} {
		var out, errs bytes.Buffer
		run([]string{"rejudge", saved, "--as-of", tt.day, "-o", "json"}, streams{in: &bytes.Buffer{}, out: &out, err: &errs})
		if told := strings.Contains(out.String(), string(fips.ReasonOtherStatuses)); told != tt.told {
			t.Errorf("rejudged as of %s: told as a gap %v\n%s", tt.day, told, errs.String())
		}
		valid.Document(t, "report", out.Bytes())
	}
}

// A sweep at depth verdict ends with the first thing that fails. Reported under
// a --fail-on that it did not ask for, it is incomplete and not clean: stock
// s_server with an RSA key takes x25519 first, and TLS_RSA_* behind.
func TestReportUnderAnotherFailOn(t *testing.T) {
	addr := lab.Port(t)
	cert, key := lab.KeyPair(t, "-newkey", "rsa:2048", "-days", "30")
	lab.Start(t, lab.Program(t, "openssl"), "s_server", "-accept", addr.String(), "-quiet", "-cert", cert, "-key", key)
	lab.Listens(t, addr)
	for _, tt := range []struct {
		name         string
		scan, report []string
		want         [2]exitStatus
	}{
		{"the same", nil, nil, [2]exitStatus{exitFindings, exitFindings}},
		{"milder than what ended it", nil, []string{"--fail-on", "deprecated"}, [2]exitStatus{exitFindings, exitFindings}},
		{"worse than what ended it", nil, []string{"--fail-on", "disallowed"}, [2]exitStatus{exitFindings, exitIncomplete}},
		{"worse, of a sweep that never fails", []string{"--fail-on", "never"}, []string{"--fail-on", "disallowed"}, [2]exitStatus{exitClean, exitIncomplete}},
		{"worse, and asked for", []string{"--fail-on", "disallowed"}, []string{"--fail-on", "disallowed"}, [2]exitStatus{exitFindings, exitFindings}},
		{"worse, at full depth", []string{"--depth", "full"}, []string{"--fail-on", "disallowed"}, [2]exitStatus{exitFindings, exitFindings}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			saved := filepath.Join(t.TempDir(), "saved.jsonl")
			judge := func(args ...string) (exitStatus, string) {
				var out, errs bytes.Buffer
				status := run(args, streams{in: &bytes.Buffer{}, out: &out, err: &errs})
				return status, out.String() + errs.String()
			}
			var got [2]exitStatus
			var told [3]string
			got[0], told[0] = judge(slices.Concat([]string{"scan", "-q", "--state", t.TempDir(), "--depth", "verdict", "--trust", cert, "-o", "jsonl=" + saved}, tt.scan, []string{addr.String()})...)
			got[1], told[1] = judge(slices.Concat([]string{"report", saved}, tt.report)...)
			if got != tt.want {
				t.Errorf("%v, want %v\n%s\n%s", got, tt.want, told[0], told[1])
			}
			again, _ := judge(slices.Concat([]string{"rejudge", saved}, tt.report)...)
			if again != tt.want[1] {
				t.Errorf("rejudge exits %d, want %d", again, tt.want[1])
			}
		})
	}
}

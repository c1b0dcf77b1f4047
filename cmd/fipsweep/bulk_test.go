package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
	"github.com/fipsweep/fipsweep/scanner/replay"
)

// The size of the sweep that must be judged and rendered in little memory.
const (
	bulk    = 100_000
	bulkRSS = 300 << 10 // KiB
)

// TestBulk judges and renders to every output a sweep in which every endpoint
// has a certificate or key of its own, and measures the peak of resident
// memory.
func TestBulk(t *testing.T) {
	if testing.Short() {
		t.Skip("100,000 observations take minutes")
	}
	dir := t.TempDir()
	program := binary(t)
	journal := bulkJournal(t, dir)
	args := []string{"rejudge", journal, "--as-of", "2026-11-22", "-q"}
	for _, format := range formats {
		args = append(args, "-o", format+"="+filepath.Join(dir, "bulk."+format))
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Stderr = os.Stderr
	began := time.Now()
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != int(exitFindings) {
		t.Fatalf("%v: %v, want exit status %d", args, err, exitFindings)
	}
	peak := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
	t.Logf("%v: %d MiB, %v", formats, peak>>10, time.Since(began).Round(time.Second))
	if peak > bulkRSS {
		t.Errorf("peak of %d MiB, want at most %d", peak>>10, bulkRSS>>10)
	}
	bulkOutputs(t, dir)
}

// bulkOutputs looks whether the outputs tell of all.
func bulkOutputs(t *testing.T, dir string) {
	t.Helper()
	found := countLines(t, filepath.Join(dir, "bulk.jsonl"), `{"schema":"fipsweep.finding/v1"`, "")
	if found < bulk {
		t.Errorf("%d findings of %d observations", found, bulk)
	}
	offers := countLines(t, filepath.Join(dir, "bulk.jsonl"), `{"schema":"fipsweep.offer/v1"`, "")
	if offers < bulk/2 {
		t.Errorf("%d offers of %d observations", offers, bulk)
	}
	for _, x := range []struct {
		file, prefix, suffix string
		want                 int
	}{
		{"bulk.csv", "20261122T", ",finding,,,,,\r\n", found},
		{"bulk.json", `    {"schema":"fipsweep.`, "", found + bulk + offers},
	} {
		if got := countLines(t, filepath.Join(dir, x.file), x.prefix, x.suffix); got != x.want {
			t.Errorf("%s: %d elements, want %d", x.file, got, x.want)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "bulk.md")); err != nil || info.Size() > 1<<17 {
		t.Errorf("Markdown: %v %v: too large for a comment", info, err)
	}
}

// countLines counts the lines that begin and end so.
func countLines(t *testing.T, path, prefix, suffix string) int {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for r := bufio.NewReaderSize(f, 1<<20); ; {
		line, err := r.ReadSlice('\n')
		begins := strings.HasPrefix(string(line[:min(len(line), len(prefix))]), prefix)
		for errors.Is(err, bufio.ErrBufferFull) {
			line, err = r.ReadSlice('\n')
		}
		if begins && strings.HasSuffix(string(line[max(0, len(line)-len(suffix)):]), suffix) && len(line) > 0 {
			n++
		}
		if err == io.EOF {
			return n
		}
	}
}

// bulkJournal writes the journal of a made-up sweep: six of ten endpoints
// speak TLS, each with a certificate and key of its own, two SSH, each with
// host keys of its own, one is a file with a key or certificate, one is lost.
func bulkJournal(t *testing.T, dir string) string {
	t.Helper()
	began := time.Date(2026, 11, 22, 1, 15, 2, 0, time.UTC)
	s := scanner.Sweep{ID: replay.NewID(began, [2]byte{0x7c, 0x41}), Started: began, Host: "scan-1", User: "ops", Tool: version, FIPS: "off",
		Scope: scanner.Scope{Targets: []string{"10.0.0.0/13", "/srv"}, Depth: "full"}}
	j, err := replay.Create(dir, s, nil)
	if err != nil {
		t.Fatal(err)
	}
	m := &maker{rand: rand.New(rand.NewPCG(1, 2)), suites: iana.Suites(), sweep: s.ID}
	for i := range bulk {
		o := m.observation(i)
		o.Sweep, o.Time = s.ID, began.Add(time.Duration(i)*time.Millisecond)
		if err := j.Append(o); err != nil {
			t.Fatal(err)
		}
	}
	s.Ended = began.Add(bulk * time.Millisecond)
	if err := errors.Join(j.End(s), j.Close()); err != nil {
		t.Fatal(err)
	}
	return j.Path()
}

// A maker makes up observations, the same ones each time.
type maker struct {
	rand   *rand.Rand
	suites []iana.Suite
	sweep  string
}

func (m *maker) digest(what string, i int) string {
	return scanner.Digest(fmt.Append(nil, what, i))
}

func (m *maker) observation(i int) scanner.Observation {
	addr := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
	switch i % 10 {
	default:
		return m.overTLS(scanner.Host(addr, 443, ""), i)
	case 6, 7:
		return m.overSSH(scanner.Host(addr, 22, ""), i)
	case 8:
		return m.file(i)
	case 9:
		f := scanner.Failure{Stage: scanner.StageConnect, Reason: scanner.ReasonRefused}
		if i%3 == 0 {
			f = scanner.Failure{Stage: scanner.StageHandshake, Reason: scanner.ReasonReset, Detail: "connection reset by peer"}
		}
		return scanner.Failed(scanner.Host(addr, 8443, ""), "detect", f)
	}
}

func (m *maker) overTLS(e scanner.Endpoint, i int) scanner.Observation {
	o := scanner.Observe(e, "tls")
	yes, no := true, false
	var suites []string
	for range 3 + m.rand.IntN(5) {
		if s := m.suites[m.rand.IntN(len(m.suites))]; !s.TLS13 && !s.Private && !slices.Contains(suites, s.Name) {
			suites = append(suites, s.Name)
		}
	}
	o.TLS = &scanner.TLS{Depth: "full", Connections: 30, Asked: scanner.Asked{Version: "1", SHA256: m.digest("asked", 0)}}
	for _, v := range iana.Versions() {
		x := scanner.TLSVersion{Version: v.Name, Accepted: &no}
		switch {
		case strings.HasPrefix(v.Name, "DTLS"):
			continue
		case v.Name == scanner.TLSv12, v.Name == scanner.TLSv10 && i%4 == 0:
			x.Accepted, x.Suites, x.Groups, x.ExtendedMasterSecret = &yes, suites, []string{"x25519", "secp256r1"}, &yes
		case v.Name == scanner.TLSv13 && i%2 == 0:
			x.Accepted, x.Suites, x.Groups = &yes, []string{"TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"}, []string{"X25519MLKEM768", "x25519"}
		}
		o.TLS.Versions = append(o.TLS.Versions, x)
	}
	ca := m.certificate(fmt.Sprintf("Issuing CA %d", i%50), 1_000_000+i%50)
	ca.CA = true
	o.TLS.Chains = []scanner.Chain{{Version: scanner.TLSv12, Certificates: []scanner.Certificate{m.certificate(fmt.Sprintf("host-%d.corp.example", i), i), ca}}}
	for k := range 6 {
		o.Evidence = append(o.Evidence, scanner.Evidence{SHA256: m.digest("evidence", 6*i+k), What: "ServerHello TLSv1.2"})
	}
	return o
}

func (m *maker) certificate(name string, i int) scanner.Certificate {
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return scanner.Certificate{SHA256: m.digest("certificate", i), Subject: "CN=" + name + ",OU=Operations,O=Example", Issuer: fmt.Sprintf("CN=Issuing CA %d,O=Example", i%50),
		Serial: m.digest("serial", i)[:20], Version: 3, NotBefore: began, NotAfter: began.AddDate(0, 0, i%900), SignatureAlgorithm: "sha256WithRSAEncryption",
		SignatureOID: "1.2.840.113549.1.1.11", Key: scanner.Key{Algorithm: "RSA", OID: "1.2.840.113549.1.1.1", Bits: 1024 * (1 + i%4), Exponent: "65537", SPKISHA256: m.digest("key", i)},
		Names: []string{name, "www." + name}, CommonName: name, KeyUsage: []string{"digitalSignature"}, ExtKeyUsage: []string{"serverAuth"},
		SubjectKeyID: m.digest("ski", i)[:40], AuthorityKeyID: m.digest("aki", i%50)[:40], Revocation: true}
}

func (m *maker) overSSH(e scanner.Endpoint, i int) scanner.Observation {
	o := scanner.Observe(e, "ssh")
	ciphers := []string{"chacha20-poly1305@openssh.com", "aes128-ctr", "aes256-gcm@openssh.com"}
	macs := []string{"hmac-sha1", "hmac-sha2-256", "umac-64@openssh.com"}
	o.SSH = &scanner.SSH{Banner: fmt.Sprintf("SSH-2.0-OpenSSH_9.%d", i%10), Connections: 4, Kexinit: &scanner.Kexinit{
		KexAlgorithms:           []string{"curve25519-sha256", "ecdh-sha2-nistp256", fmt.Sprintf("kex-%d@vendor.example", i%500)},
		ServerHostKeyAlgorithms: []string{"rsa-sha2-512", "ssh-ed25519"}, EncryptionClientServer: ciphers, EncryptionServerClient: ciphers,
		MACClientServer: macs, MACServerClient: macs}}
	for k, kind := range []string{"ssh-rsa", "ssh-ed25519"} {
		o.SSH.HostKeys = append(o.SSH.HostKeys, scanner.HostKey{Type: kind, Bits: []int{2048, 256}[k], SHA256: m.digest(kind, i), SPKI: m.digest("spki"+kind, i), Proven: true})
	}
	return o
}

func (m *maker) file(i int) scanner.Observation {
	path := fmt.Sprintf("/srv/host-%d/tls/server.pem", i)
	o := scanner.Observe(scanner.File(path), "store")
	o.Store = &scanner.Store{Path: path, Format: "PEM", Mode: "0644", Owner: "0"}
	c := m.certificate(fmt.Sprintf("host-%d.corp.example", i), i-i%3) // two of three are met on the wire as well
	o.Store.Items = []scanner.Item{{Kind: scanner.ItemCertificate, SHA256: c.SHA256, Certificate: &c},
		{Kind: scanner.ItemPrivateKey, SHA256: c.Key.SPKISHA256, Key: &c.Key, Protection: &scanner.Protection{Scheme: "none"}}}
	return o
}

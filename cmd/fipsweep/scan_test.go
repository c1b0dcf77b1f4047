package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// TestScanSeesWhatIsConfigured runs the main job on servers and files whose
// configuration is known, from target to controls.
func TestScanSeesWhatIsConfigured(t *testing.T) {
	suites := []uint16{tls.TLS_RSA_WITH_RC4_128_SHA, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}
	old := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{rsaCertificate(t)}, MinVersion: tls.VersionTLS10,
		MaxVersion: tls.VersionTLS12, CipherSuites: suites, CurvePreferences: []tls.CurveID{tls.CurveP384}})
	modern := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ecdsaCertificate(t)}, MinVersion: tls.VersionTLS13,
		CurvePreferences: []tls.CurveID{tls.CurveP256, tls.SecP256r1MLKEM768}})
	r := runScan(t, old, modern)
	if r.status != exitFindings {
		t.Errorf("exit status %d, want %d\n%s", r.status, exitFindings, r.stderr)
	}
	yes, no := true, false
	rsaOld := []string{"TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_RSA_WITH_RC4_128_SHA"}
	want := []scanner.TLSVersion{
		{Version: "SSLv2", Accepted: &no}, {Version: "SSLv3", Accepted: &no},
		{Version: "TLSv1.0", Accepted: &yes, Suites: rsaOld},
		{Version: "TLSv1.1", Accepted: &yes, Suites: rsaOld},
		{Version: "TLSv1.2", Accepted: &yes, Suites: append([]string{"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"}, rsaOld...),
			Groups: []string{"secp384r1"}, ExtendedMasterSecret: &yes},
		{Version: "TLSv1.3", Accepted: &no},
	}
	sorted := cmpopts.SortSlices(func(a, b string) bool { return a < b })
	ignore := cmpopts.IgnoreFields(scanner.TLSVersion{}, "SignatureSchemes", "ExtendedMasterSecret", "ServerOrder")
	if diff := cmp.Diff(want, r.at(t, old).TLS.Versions, sorted, ignore); diff != "" {
		t.Errorf("old server (-want +got):\n%s", diff)
	}
	v13 := r.at(t, modern).TLS.Versions[5]
	if diff := cmp.Diff([]string{"SecP256r1MLKEM768", "secp256r1"}, v13.Groups, sorted); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}, v13.Suites, sorted); diff != "" {
		t.Errorf("suites (-want +got):\n%s", diff)
	}
	chains := r.at(t, modern).TLS.Chains
	if len(chains) != 1 || chains[0].Certificates[0].Key.Curve != "secp256r1" {
		t.Errorf("chains of a TLS 1.3 server: %+v", chains)
	}
	for _, want := range []string{"NOT YET", "TLSv1.0", "CONTROLS", "SC-13"} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("summary has no %q:\n%s", want, r.stdout)
		}
	}
}

// TestEveryFindingCitesAndTraces holds each finding line to its rule, a
// citation, a remedy and an observation line of the same endpoint.
func TestEveryFindingCitesAndTraces(t *testing.T) {
	addr := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{rsaCertificate(t)}, MinVersion: tls.VersionTLS10})
	r := runScan(t, addr)
	endpoints := map[string]bool{}
	for _, o := range r.observations {
		endpoints[o.Endpoint.ID] = true
	}
	findings := 0
	for _, line := range r.lines {
		var f struct {
			Rule, Status, Because, Remedy string
			Endpoint                      scanner.Endpoint
			Cite                          []struct{ Document, Section string }
			Controls                      []string
		}
		if !strings.Contains(string(line), `"schema":"fipsweep.finding/v1"`) {
			continue
		}
		if err := json.Unmarshal(line, &f); err != nil {
			t.Fatal(err)
		}
		findings++
		if f.Rule == "" || f.Because == "" || f.Remedy == "" || len(f.Cite) == 0 || f.Cite[0].Section == "" || len(f.Controls) == 0 || !endpoints[f.Endpoint.ID] {
			t.Errorf("finding does not trace: %s", line)
		}
	}
	if findings == 0 {
		t.Error("a TLS 1.0 server gave no finding")
	}
}

// TestHostilePeers mixes peers that break every rule with one that keeps them:
// each becomes one observation, and the good one is seen whole.
func TestHostilePeers(t *testing.T) {
	before := runtime.NumGoroutine()
	hostile := map[string]func(net.Conn){
		"garbage":      func(c net.Conn) { c.Write([]byte("\x00\xff\x13garbage\x07")); c.Read(make([]byte, 512)) },
		"reset":        func(c net.Conn) { c.(*net.TCPConn).SetLinger(0) },
		"half record":  func(c net.Conn) { c.Write([]byte{0x16, 3, 3, 0x40, 0}); c.Read(make([]byte, 4096)) },
		"slow":         func(c net.Conn) { c.Write([]byte{0x16}); time.Sleep(8 * time.Second) },
		"silent":       func(c net.Conn) { time.Sleep(8 * time.Second) },
		"100 MB":       func(c net.Conn) { flood(c, 0x16) },
		"100 MB text":  func(c net.Conn) { flood(c, 'A') },
		"wrong suite":  func(c net.Conn) { c.Read(make([]byte, 4096)); c.Write(serverHello(0x5A5A)) },
		"plain banner": func(c net.Conn) { c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")) },
	}
	good := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ecdsaCertificate(t)}, MinVersion: tls.VersionTLS12})
	args := []string{"--timeout", "2s", good}
	at := map[string]string{}
	for name, handle := range hostile {
		at[name] = serve(t, handle)
		args = append(args, at[name])
	}
	start := time.Now()
	r := runScan(t, args...)
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("hostile peers held the sweep for %s", took)
	}
	for name, addr := range at {
		if o := r.at(t, addr); o.TLS != nil && len(o.TLS.Chains) > 0 || o.Failure == nil && o.Plain == nil && len(o.Incomplete) == 0 {
			t.Errorf("%s: neither a failure nor a gap: %+v", name, o)
		}
	}
	if o := r.at(t, good); o.TLS == nil || len(o.TLS.Chains) == 0 || len(o.Incomplete) > 0 {
		t.Errorf("the good server was not seen whole: %+v", o)
	}
	if r.status != exitFindings && r.status != exitIncomplete {
		t.Errorf("exit status %d", r.status)
	}
	for range 100 { // the lab's own handlers need a moment to end
		if runtime.NumGoroutine() <= before+2*len(hostile)+6 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
}

func flood(c net.Conn, fill byte) {
	block := make([]byte, 1<<16)
	for i := range block {
		block[i] = fill
	}
	for range 1600 {
		if _, err := c.Write(block); err != nil {
			return
		}
	}
}

// serverHello picks a suite that nobody offered.
func serverHello(suite uint16) []byte {
	body := append([]byte{3, 3}, make([]byte, 33)...) // version, random, empty session id
	body = append(body, byte(suite>>8), byte(suite), 0)
	msg := append([]byte{2, 0, 0, byte(len(body))}, body...)
	return append([]byte{0x16, 3, 3, 0, byte(len(msg))}, msg...)
}

// TestTreeWithBadFiles sweeps a folder in which some files are broken.
func TestTreeWithBadFiles(t *testing.T) {
	dir := t.TempDir()
	openssl := lab.Program(t, "openssl")
	good := filepath.Join(dir, "good.key")
	lab.Run(t, openssl, "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", good)
	lab.Run(t, openssl, "req", "-x509", "-key", good, "-subj", "/CN=good", "-out", filepath.Join(dir, "good.txt"))
	pem, err := os.ReadFile(filepath.Join(dir, "good.txt"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "cut.pem"), pem[:len(pem)/2])
	write(t, filepath.Join(dir, "empty.pem"), nil)
	write(t, filepath.Join(dir, "notes.crt"), []byte("not a certificate\n"))
	r := runScan(t, dir)
	if o := r.at(t, filepath.Join(dir, "good.txt")); o.Store == nil || len(o.Store.Items) != 1 || o.Store.Items[0].Certificate.CommonName != "good" {
		t.Errorf("good certificate: %+v", o)
	}
	cut := r.at(t, filepath.Join(dir, "cut.pem"))
	if cut.Failure == nil && (len(cut.Store.Items) != 1 || cut.Store.Items[0].Problem == "") && len(cut.Incomplete) == 0 {
		t.Errorf("truncated certificate passes in silence: %+v", cut.Store)
	}
	key := r.at(t, good)
	if key.Store == nil || key.Store.Items[0].Key.Bits != 2048 || key.Store.Items[0].Protection.Scheme != "none" {
		t.Errorf("private key: %+v", key.Store)
	}
	for _, line := range r.lines {
		if strings.Contains(string(line), "PRIVATE KEY") {
			t.Errorf("key material in the output: %s", line)
		}
	}
}

// TestInterrupt stops a sweep of tarpits from outside: it ends within two
// seconds with what was finished written.
func TestInterrupt(t *testing.T) {
	good := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ecdsaCertificate(t)}})
	tarpit := serve(t, func(c net.Conn) { time.Sleep(time.Minute) })
	dir := t.TempDir()
	lines := filepath.Join(dir, "lines.jsonl")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := execContext(ctx, binary(t), "scan", "--state", dir, "--timeout", "50s", "-o", "jsonl="+lines, "-o", "html="+filepath.Join(dir, "r.html"), good, tarpit)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lab.Wait(t, "the first line is written", func() bool {
		data, _ := os.ReadFile(lines)
		return strings.Contains(string(data), `"tls":`)
	})
	start := time.Now()
	cmd.Process.Signal(os.Interrupt)
	cmd.Wait()
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("ended after %s, want 2 s at most", took)
	}
	if got := cmd.ProcessState.ExitCode(); got != int(exitInterrupted) {
		t.Errorf("exit status %d, want %d", got, exitInterrupted)
	}
	data, err := os.ReadFile(lines)
	if err != nil {
		t.Fatal(err)
	}
	var r result
	r.read(t, data)
	r.at(t, good)
	if !strings.Contains(string(r.lines[len(r.lines)-1]), "fipsweep.sweep/v1") {
		t.Error("the sweep's own line is missing")
	}
	if _, err := os.Stat(filepath.Join(dir, "r.html")); err != nil {
		t.Error("no report of what was finished: ", err)
	}
}

// TestOwnFIPSModeChangesNothing holds that Go's FIPS mode, which silently
// narrows Go's own clients, does not narrow what we see.
func TestOwnFIPSModeChangesNothing(t *testing.T) {
	openssl := lab.Program(t, "openssl")
	sshd := lab.Program(t, "sshd")
	dir := t.TempDir()
	targets := []string{serveOpenSSL(t, openssl, dir), "ssh://" + serveSSH(t, sshd, dir), dir}
	plain := observed(t, binary(t), nil, targets)
	on := observed(t, binary(t), []string{"GODEBUG=fips140=on"}, targets)
	built := observed(t, fipsBinary(t), nil, targets)
	if diff := cmp.Diff(plain, on); diff != "" {
		t.Errorf("GODEBUG=fips140=on (-without +with):\n%s", diff)
	}
	if diff := cmp.Diff(plain, built); diff != "" {
		t.Errorf("built with GOFIPS140 (-without +with):\n%s", diff)
	}
	if len(plain) < 3 || !strings.Contains(strings.Join(plain, ""), `"tls":`) || !strings.Contains(strings.Join(plain, ""), `"ssh":`) {
		t.Errorf("nothing was compared: %s", plain)
	}
}

// TestOutputPlaces holds the contract of -o PATH: what is no regular file is
// written to as it is, and a link stays a link.
func TestOutputPlaces(t *testing.T) {
	addr := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ecdsaCertificate(t)}})
	dir := t.TempDir()
	real := filepath.Join(dir, "real.html")
	link := filepath.Join(dir, "link.html")
	write(t, real, []byte("old"))
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	r := runScan(t, "-o", "html="+link, "-o", "text=/dev/null", "--fail-on", "never", addr)
	if r.status != exitClean {
		t.Errorf("exit status %d\n%s", r.status, r.stderr)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v %v", info, err)
	}
	if data, _ := os.ReadFile(real); !strings.HasPrefix(string(data), "<!") {
		t.Errorf("the report is not where the link leads: %.40q", data)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Fatal("the null device was replaced")
	}
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

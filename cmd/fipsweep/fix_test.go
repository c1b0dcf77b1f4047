package main

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/remedy"
	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/internal/lab/valid"
)

// A trial is one server that is scanned, mended by the lines and scanned again.
type trial struct {
	target  func(netip.AddrPort) string
	product string
	judge   []string // --policy and --as-of
	serve   func(t *testing.T, addr netip.AddrPort, lines map[string]string)
}

// found is the findings that a scan makes, and whether an approved-only client
// could connect.
func found(t *testing.T, saved, target string, judge []string) (list []fips.Finding, connects fips.Answer) {
	t.Helper()
	dir := t.TempDir()
	runOutAny(t, append([]string{"scan", "--state", dir, "-q", "--timeout", "60s", "--fail-on", "never", "-o", "jsonl=" + saved, target}, judge...)...)
	data, err := os.ReadFile(saved)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		var head struct {
			Schema string `json:"schema"`
			fips.Offer
		}
		if err := json.Unmarshal([]byte(line), &head); err != nil {
			t.Fatal(err)
		}
		if head.Schema == "fipsweep.finding/v1" {
			var f fips.Finding
			if err := json.Unmarshal([]byte(line), &f); err != nil {
				t.Fatal(err)
			}
			list = append(list, f)
		}
		if head.Schema == "fipsweep.offer/v1" {
			connects = head.Clients[0].Connects
		}
	}
	return list, connects
}

// mended runs the trial: with the lines there is no finding but those that the
// remedy says they leave. It returns the remedy, and whether an approved-only
// client can connect then.
func (tr trial) mended(t *testing.T) (r remedy.Remedy, connects fips.Answer) {
	t.Helper()
	dir, addr := t.TempDir(), lab.Port(t)
	before := filepath.Join(dir, "before.jsonl")
	var first []fips.Finding
	t.Run("weak", func(t *testing.T) {
		tr.serve(t, addr, nil)
		first, _ = found(t, before, tr.target(addr), tr.judge)
	})
	args := append([]string{"explain", "--fix", tr.product, "--from", before, "-o", "json", addr.String()}, tr.judge...)
	out := runOut(t, exitClean, args...)
	valid.Document(t, "remedy", out)
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatal(err)
	}
	lines := map[string]string{}
	for _, b := range r.Blocks {
		lines[b.Where] = b.Text()
		t.Logf("%s:\n%s", b.Where, b.Text())
	}
	if len(r.Mends) == 0 || len(first) == 0 {
		t.Fatalf("%d findings, of which the lines end %d", len(first), len(r.Mends))
	}
	t.Run("mended", func(t *testing.T) {
		tr.serve(t, addr, lines)
		var after []fips.Finding
		after, connects = found(t, filepath.Join(dir, "after.jsonl"), tr.target(addr), tr.judge)
		if len(after) >= len(first) {
			t.Errorf("%d findings, and %d after", len(first), len(after))
		}
		for _, f := range after {
			if r.Ends(f) {
				t.Errorf("still there: %s %s %s in %v", f.Subject.Kind, f.Subject.Name, f.Status, f.Where)
			}
		}
	})
	return r, connects
}

// leaves holds what the lines leave to a list of names, but for what is found
// of certificates.
func leaves(t *testing.T, r remedy.Remedy, want ...string) {
	t.Helper()
	got := map[string]bool{}
	for _, l := range r.Left {
		if l.Certificate == "" {
			got[l.Name] = true
		}
	}
	for _, name := range want {
		if !got[name] {
			t.Errorf("does not leave %s", name)
		}
		delete(got, name)
	}
	for name := range got {
		t.Errorf("leaves %s", name)
	}
}

func runOutAny(t *testing.T, args ...string) {
	t.Helper()
	var errs strings.Builder
	if got := run(args, streams{in: strings.NewReader(""), out: &strings.Builder{}, err: &errs}); got != exitClean && got != exitFindings {
		t.Fatalf("%v: exit status %d\n%s", args, got, errs.String())
	}
}

// The lines for sshd, in front of a configuration that offers all it can.
func TestFixSSH(t *testing.T) {
	sshd, keygen := lab.Program(t, "sshd"), lab.Program(t, "ssh-keygen")
	if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
		lab.Absent(t, "sshd needs /run/sshd, which this user may not make")
	}
	dir := t.TempDir()
	key := func(name string, args ...string) string {
		file := filepath.Join(dir, name)
		lab.Run(t, keygen, append([]string{"-q", "-N", "", "-f", file}, args...)...)
		return file
	}
	rsa, short := key("rsa", "-t", "rsa", "-b", "2048"), key("short", "-t", "rsa", "-b", "1024")
	long, ec384 := key("long", "-t", "rsa", "-b", "3072"), key("ec384", "-t", "ecdsa", "-b", "384")
	ec, ed := key("ec", "-t", "ecdsa", "-b", "256"), key("ed", "-t", "ed25519")
	const everything = "KexAlgorithms +diffie-hellman-group1-sha1,diffie-hellman-group14-sha1,diffie-hellman-group-exchange-sha1\n" +
		"HostKeyAlgorithms +ssh-rsa\nPubkeyAcceptedAlgorithms +ssh-rsa\nCiphers +aes128-cbc,aes256-cbc,3des-cbc\nMACs +hmac-md5,hmac-sha1-96,umac-64@openssh.com\n"
	for _, tt := range []struct {
		name   string
		config string
		keys   []string
		judge  []string
		leaves []string
		opens  fips.Answer // to an approved-only client
	}{
		{"as it comes", "", []string{rsa, ec, ed}, nil, nil, fips.Yes},
		{"everything", everything, []string{rsa, ec, ed}, nil, nil, fips.Yes},
		{"a short key beside others", everything + "RequiredRSASize 1024\n", []string{short, ec}, nil, nil, fips.Yes},
		{"a short key alone", everything + "RequiredRSASize 1024\n", []string{short}, nil, nil, fips.No},
		{"in 2031", everything, []string{rsa, ec, ed}, []string{"--as-of", "2031-01-01"}, nil, fips.Yes},
		{"in 2031, RSA alone", everything, []string{rsa}, []string{"--as-of", "2031-01-01"}, []string{"rsa-sha2-256", "rsa-sha2-512"}, fips.No},
		{"in 2036", everything, []string{rsa, ec}, []string{"--as-of", "2036-01-01"}, nil, fips.No},
		{"cnsa2", everything, []string{long, ec384, ed}, []string{"--policy", "cnsa2", "--as-of", "2026-11-22"},
			[]string{"diffie-hellman-group16-sha512", "diffie-hellman-group18-sha512", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521", "ecdsa-sha2-nistp384", "rsa-sha2-512"}, fips.No},
	} {
		t.Run(tt.name, func(t *testing.T) {
			judge := tt.judge
			if judge == nil {
				judge = []string{"--as-of", "2026-11-22"}
			}
			r, opens := trial{
				target: func(a netip.AddrPort) string { return "ssh://" + a.String() }, product: "auto", judge: judge,
				serve: func(t *testing.T, addr netip.AddrPort, lines map[string]string) {
					config := lines["sshd_config"] + tt.config + fmt.Sprintf("ListenAddress %s\nPidFile none\nUsePAM no\n", addr)
					for _, k := range tt.keys {
						config += "HostKey " + k + "\n"
					}
					file := filepath.Join(t.TempDir(), "sshd_config")
					if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
						t.Fatal(err)
					}
					lab.Daemon(t, addr, sshd, "-D", "-e", "-f", file)
				},
			}.mended(t)
			if opens != tt.opens {
				t.Errorf("an approved-only client connects: %s, want %s", opens, tt.opens)
			}
			if !strings.HasPrefix(tt.name, "in 2036") { // when OpenSSH 9.2 has nothing left
				leaves(t, r, tt.leaves...)
			}
		})
	}
}

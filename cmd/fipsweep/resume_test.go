package main

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/replay"
)

// kills is how often a sweep is killed in TestKilledAndResumed.
const kills = 20

// TestKilledAndResumed kills a sweep at random moments. Gone on with, and
// perhaps killed again, it comes to the observations of an unbroken one, each
// of them once, and nothing that was finished is asked again.
func TestKilledAndResumed(t *testing.T) {
	target := farm(t, 120)[0]
	began := time.Now()
	whole, _ := sweepUntil(t, t.TempDir(), 0, target)
	long := time.Since(began)
	want := steady(t, whole)
	if len(want) != 120 {
		t.Fatalf("an unbroken sweep made %d observations", len(want))
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("an unbroken sweep takes %v; seed %d", long, seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for left := kills; left > 0; {
		state := t.TempDir()
		words := []string{target}
		for {
			after := 30*time.Millisecond + time.Duration(random.Int64N(int64(min(long, 5*time.Second))))
			if left == 0 {
				after = 0
			}
			lines, killed := sweepUntil(t, state, after, words...)
			if !killed {
				if diff := cmp.Diff(want, steady(t, lines)); diff != "" {
					t.Errorf("resumed (-unbroken +resumed):\n%s", diff)
				}
				break
			}
			left--
			if held, _ := filepath.Glob(filepath.Join(state, "sweeps", "*.jsonl")); len(held) > 0 {
				words = []string{"--resume", strings.TrimSuffix(filepath.Base(held[0]), ".jsonl")}
			}
		}
		if held, _ := filepath.Glob(filepath.Join(state, "sweeps", "*.jsonl")); len(held) != 1 {
			t.Errorf("the state holds %d sweeps", len(held))
		}
	}
}

// sweepUntil scans and kills the process after a while, unless that is 0 or
// the sweep ends before. It returns the JSON lines.
func sweepUntil(t *testing.T, state string, after time.Duration, words ...string) (lines []byte, killed bool) {
	t.Helper()
	path := filepath.Join(state, "lines.jsonl")
	args := append([]string{"scan", "--state", state, "--timeout", "2s", "-o", "jsonl=" + path, "-o", "text=/dev/null"}, words...)
	cmd := execContext(t.Context(), binary(t), args...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if after > 0 {
		timer := time.AfterFunc(after, func() { cmd.Process.Kill() })
		defer timer.Stop()
	}
	_ = cmd.Wait()
	switch cmd.ProcessState.ExitCode() {
	case -1:
		return nil, true
	case int(exitFindings), int(exitIncomplete):
	default:
		t.Fatalf("exit status %d\n%s", cmd.ProcessState.ExitCode(), errs.String())
	}
	lines, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return lines, false
}

// localPort is what an error of the network tells of our own end.
var localPort = regexp.MustCompile(`127\.0\.0\.1:\d+->`)

// steady is what observations tell that does not differ from sweep to sweep,
// one string for each, in order.
func steady(t *testing.T, lines []byte) []string {
	t.Helper()
	var r result
	r.read(t, lines)
	var all []string
	for _, o := range r.observations {
		o.Sweep, o.Time, o.Evidence = "", time.Time{}, nil
		if o.Failure != nil { // how a reset is met is the kernel's choice
			o.Failure = &scanner.Failure{Stage: o.Failure.Stage, Detail: localPort.ReplaceAllString(o.Failure.Detail, "")}
			if strings.Contains(o.Failure.Detail, "reset") || strings.Contains(o.Failure.Detail, "EOF") {
				o.Failure.Detail = "gone"
			}
		}
		line, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(line))
	}
	slices.Sort(all)
	return all
}

// TestResumeAsksTheSame holds what a sweep that is gone on with may differ in
// from what it was.
func TestResumeAsksTheSame(t *testing.T) {
	good := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ecdsaCertificate(t)}, MinVersion: tls.VersionTLS13})
	tarpit := serve(t, func(c net.Conn) { time.Sleep(time.Minute) })
	dir := t.TempDir()
	list, state := filepath.Join(dir, "hosts.txt"), filepath.Join(dir, "state")
	write(t, list, []byte(tarpit+"\n"))
	scanned := func(args ...string) (exitStatus, string) {
		var out, errs bytes.Buffer
		status := run(append([]string{"scan", "--state", state, "--fail-on", "never"}, args...), streams{in: &bytes.Buffer{}, out: &out, err: &errs})
		return status, errs.String() + out.String()
	}
	status, said := scanned("-q", "--deadline", "1s", "--exclude", "10.0.0.0/8", "--targets", list, good)
	if status != exitIncomplete || !strings.Contains(said, "go on with: fipsweep scan --resume ") || !strings.HasPrefix(said, "stopped before everything was asked") || !strings.HasSuffix(said, " --state "+state+"\n") {
		t.Fatalf("exit status %d of a sweep whose time was over\n%s", status, said)
	}
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"other targets", []string{"127.0.0.2"}, "leave the targets out, or name the same"},
		{"another depth", []string{"--depth", "verdict"}, "--depth was not given when"},
		{"another exclusion", []string{"--exclude", "10.0.0.0/9"}, "--exclude was 10.0.0.0/8 when"},
		{"a proxy", []string{"--proxy", "http://127.0.0.1:1"}, "went through no proxy"},
		{"no such sweep", []string{"--resume", "20261122T011502Z-7c41"}, "no sweep of that id"},
		{"what is no journal", []string{"--resume", list}, "only a journal and what -o jsonl wrote"},
	} {
		status, said := scanned(append([]string{"--resume", "last"}, tt.args...)...)
		if status != exitUsage || !strings.Contains(said, tt.want) {
			t.Errorf("%s: exit status %d\n%s", tt.name, status, said)
		}
	}
	write(t, list, []byte(tarpit+"\n127.0.0.2:1\n"))
	if status, said := scanned("--resume", "last"); status != exitUsage || !strings.Contains(said, "held other targets when") {
		t.Errorf("another list: exit status %d\n%s", status, said)
	}
	write(t, list, []byte(tarpit+"\n"))
	unlock, err := replay.Lock(t.Context(), state, "another")
	if err != nil {
		t.Fatal(err)
	}
	if status, said := scanned("--resume", "last"); status != exitFailed || !strings.Contains(said, `another sweep ("another") runs`) {
		t.Errorf("while another runs: exit status %d\n%s", status, said)
	}
	time.AfterFunc(2*time.Second, func() { _ = unlock() })
	lines := filepath.Join(dir, "lines.jsonl")
	status, said = scanned("--resume", "last", "--lock", "wait", "--timeout", "300ms", "-o", "jsonl="+lines)
	if status != exitIncomplete || !strings.Contains(said, "waiting for its end") {
		t.Errorf("exit status %d\n%s", status, said)
	}
	data, err := os.ReadFile(lines)
	if err != nil {
		t.Fatal(err)
	}
	var r result
	r.read(t, data)
	if len(r.observations) != 2 || r.at(t, good).TLS == nil || r.at(t, tarpit).Failure.Reason != scanner.ReasonTimeout || bytes.Contains(data, []byte(`"interrupted":true`)) {
		t.Errorf("resumed: %+v", r.observations)
	}
	if status, said := scanned("--resume", "last"); status != exitUsage || !strings.Contains(said, "there is nothing to go on with") {
		t.Errorf("a sweep that ended: exit status %d\n%s", status, said)
	}
	if status, said := scanned("--resume", r.observations[0].Sweep, "-o", "jsonl="+lines+"2"); status != exitIncomplete || !strings.Contains(said, "written again") {
		t.Errorf("a sweep that ended, by its id: exit status %d\n%s", status, said)
	}
	if again, err := os.ReadFile(lines + "2"); err != nil || !bytes.Equal(data, again) {
		t.Errorf("its outputs differ, %v", err)
	}
}

const housePolicy = `policy: house
title: House
sources:
  - {id: H, title: House, edition: "1", date: 2026-01-01, access: read here}
tighten:
  - {id: rsa-3072, kind: public-key, algorithm: RSA, below_bits: 3072, status: not-approved, cite: {document: H, section: "1"}, because: So., remedy: Renew.}
`

// TestResumeWithOtherFiles holds that a sweep is not gone on with when a file
// that has a say in what it sees was changed, that one which is as it was does
// no harm, and that nothing of the passwords is in the journal.
func TestResumeWithOtherFiles(t *testing.T) {
	tarpit := serve(t, func(c net.Conn) { time.Sleep(time.Minute) })
	dir := t.TempDir()
	state := filepath.Join(dir, "state")
	cert := lab.Program(t, "openssl")
	name := func(s string) string { return filepath.Join(dir, s) }
	lab.Run(t, cert, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", os.DevNull, "-subj", "/CN=ca", "-out", name("trust.pem"))
	files := map[string][2]string{
		"--trust":     {"trust.pem", "\n"},
		"--weak-keys": {"weak", strings.Repeat("1", 20) + "\n"},
		"--moduli":    {"moduli", "#\n"},
		"--policy":    {"house.yaml", "#\n"},
		"--passwords": {"passwords", "another\n"},
	}
	write(t, name("weak"), []byte(strings.Repeat("0", 20)+"\n"))
	write(t, name("moduli"), []byte("20250101000000 2 6 100 2047 2 C"+strings.Repeat("5", 511)+"\n"))
	write(t, name("house.yaml"), []byte(housePolicy))
	write(t, name("passwords"), []byte("hunter2\n"))
	scanned := func(args ...string) (exitStatus, string) {
		var out, errs bytes.Buffer
		status := run(append([]string{"scan", "-q", "--state", state, "--fail-on", "never"}, args...), streams{in: &bytes.Buffer{}, out: &out, err: &errs})
		return status, errs.String()
	}
	args := []string{"--deadline", "500ms", tarpit}
	for flag, file := range files {
		args = append(args, flag, name(file[0]))
	}
	if status, said := scanned(args...); status != exitIncomplete || !strings.Contains(said, "go on with") {
		t.Fatalf("exit status %d\n%s", status, said)
	}
	journals, _ := filepath.Glob(filepath.Join(state, "sweeps", "*.jsonl"))
	if kept, err := os.ReadFile(journals[0]); err != nil || bytes.Contains(kept, []byte("hunter2")) || bytes.Contains(kept, fmt.Appendf(nil, "%x", sha256.Sum256([]byte("hunter2\n")))) {
		t.Errorf("the journal tells of the passwords: %v", err)
	}
	for flag, file := range files {
		data, err := os.ReadFile(name(file[0]))
		if err != nil {
			t.Fatal(err)
		}
		info, _ := os.Stat(name(file[0]))
		write(t, name(file[0]), append(bytes.Clone(data), file[1]...))
		status, said := scanned("--resume", "last", "--timeout", "300ms")
		if want := "fipsweep: --resume: " + flag + " " + name(file[0]) + " was changed since sweep "; status != exitUsage || !strings.HasPrefix(said, want) || strings.Count(said, "\n") != 1 {
			t.Errorf("%s: exit status %d\n%s", flag, status, said)
		}
		write(t, name(file[0]), data)
		if err := os.Chtimes(name(file[0]), time.Time{}, info.ModTime()); err != nil {
			t.Fatal(err)
		}
	}
	if status, said := scanned("--resume", "last", "--timeout", "300ms"); status != exitIncomplete || !strings.HasPrefix(said, "fipsweep: incomplete: 1 lost: timeout 1 (") || strings.Count(said, "\n") != 1 {
		t.Errorf("with the same files: exit status %d\n%s", status, said)
	}
}

// TestNothingHalfWritten holds what is left where the disk is full, or nobody
// reads: whole lines, a message, exit status 1, and a sweep to go on with.
func TestNothingHalfWritten(t *testing.T) {
	target := farm(t, 40)[0]
	state := t.TempDir()
	shell := func(script string) (string, string) {
		cmd := execContext(t.Context(), "sh", "-c", script, "sh", binary(t), state, target)
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		_ = cmd.Run()
		return out.String(), errs.String()
	}
	out, errs := shell(`{ "$1" scan --state "$2" --timeout 500ms -o jsonl "$3"; echo "exit $?" >&2; } | head -1`)
	if strings.Count(out, "\n") != 1 || !strings.HasPrefix(out, `{"schema":"fipsweep.observation/v1"`) ||
		!strings.Contains(errs, "broken pipe\nwhat was finished is kept") || !strings.HasSuffix(errs, "exit 1\n") {
		t.Errorf("a pipe that is closed:\n%s%s", out, errs)
	}
	if _, err := os.Stat("/dev/full"); err != nil {
		lab.Absent(t, "no /dev/full here: full disks are not tried")
	}
	for _, place := range []string{">/dev/full -o jsonl", "-o jsonl=/dev/full"} {
		_, errs := shell(`"$1" scan --state "$2" --timeout 500ms ` + place + ` "$3"; echo "exit $?" >&2`)
		if !strings.Contains(errs, "no space left on device\nwhat was finished is kept") || !strings.HasSuffix(errs, "exit 1\n") {
			t.Errorf("%s:\n%s", place, errs)
		}
	}
	own := strings.Join(lab.Unshared(t, "m"), " ")
	_, errs = shell(`mkdir -p "$2/small"; export f="$1" s="$2" t="$3"; ` + own + ` sh -c 'mount -t tmpfs -o size=24k none "$s/small" && "$f" scan --timeout 500ms --state "$s" -o html="$s/small/r.html" "$t"; echo "exit $?" >&2; ls "$s/small" >&2'`)
	if !strings.Contains(errs, "no space left on device\nfipsweep: what was observed is kept; write it again with: fipsweep report ") || !strings.HasSuffix(errs, "exit 1\n") {
		t.Errorf("a report on a small disk:\n%s", errs)
	}
	for _, use := range []string{`-o jsonl="$2/small/lines" --state "$2"`, `-q --state "$2/small"`} {
		_, errs := shell(`mkdir -p "$2/small"; export f="$1" s="$2" t="$3"; ` + own + ` sh -c 'mount -t tmpfs -o size=24k none "$s/small" && "$f" scan --timeout 500ms ` +
			strings.ReplaceAll(use, "$2", "$s") + ` "$t"; echo "exit $?" >&2; find "$s/small" -name "*.jsonl" -o -name lines | xargs tail -qc1 | od -An -c >&2'`)
		if !strings.Contains(errs, "no space left on device") || !strings.Contains(errs, "exit 1\n") || strings.TrimSpace(errs[strings.Index(errs, "exit 1\n")+7:]) != `\n` {
			t.Errorf("a small disk, %s:\n%s", use, errs)
		}
	}
}

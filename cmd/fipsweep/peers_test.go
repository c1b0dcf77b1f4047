package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/internal/lab"
)

// The command itself, built once for the tests that need a process.
var (
	builtPlain = sync.OnceValues(func() (string, error) { return build("plain") })
	builtFIPS  = sync.OnceValues(func() (string, error) { return build("fips", "GOFIPS140=v1.0.0") })
)

func build(name string, env ...string) (string, error) {
	dir, err := os.MkdirTemp("", "fipsweep-test-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, name)
	cmd := exec.Command("go", "build", "-o", path, ".")
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return string(out), err
	}
	return path, nil
}

func binary(t testing.TB) string     { return builtBy(t, builtPlain) }
func fipsBinary(t testing.TB) string { return builtBy(t, builtFIPS) }

func builtBy(t testing.TB, f func() (string, error)) string {
	t.Helper()
	path, err := f()
	if err != nil {
		t.Fatalf("%v\n%s", err, path)
	}
	return path
}

func execContext(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stderr = os.Stderr
	return cmd
}

// serveOpenSSL has OpenSSL serve everything it knows.
func serveOpenSSL(t *testing.T, openssl, dir string) string {
	t.Helper()
	addr := lab.Port(t)
	key, crt := filepath.Join(dir, "server.key"), filepath.Join(dir, "server.crt")
	lab.Run(t, openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", crt, "-subj", "/CN=localhost", "-days", "30")
	lab.Daemon(t, addr, openssl, "s_server", "-accept", fmt.Sprint(addr.Port()), "-cert", crt, "-key", key, "-quiet", "-www", "-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0")
	return addr.String()
}

// serveSSH runs OpenSSH with RSA, ECDSA and Ed25519 host keys.
func serveSSH(t *testing.T, sshd, dir string) string {
	t.Helper()
	addr := lab.Port(t)
	args := []string{"-D", "-f", "/dev/null", "-p", fmt.Sprint(addr.Port()), "-o", "ListenAddress=127.0.0.1", "-o", "PidFile=none", "-o", "UsePAM=no"}
	for _, kind := range []string{"rsa", "ecdsa", "ed25519"} {
		key := filepath.Join(dir, "host_"+kind)
		lab.Run(t, lab.Program(t, "ssh-keygen"), "-q", "-t", kind, "-N", "", "-f", key)
		args = append(args, "-h", key)
	}
	if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
		lab.Absent(t, "sshd needs /run/sshd, which this user may not make")
	}
	lab.Daemon(t, addr, sshd, args...)
	return addr.String()
}

// observed scans in a process of its own and returns what was seen as JSON,
// sorted, without what differs from run to run: time and sweep, the digests of
// messages with random bytes, the prime drawn from a pool.
func observed(t *testing.T, program string, env, targets []string) []string {
	t.Helper()
	dir := t.TempDir()
	lines := filepath.Join(dir, "lines.jsonl")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := execContext(ctx, program, append([]string{"scan", "-q", "--state", dir, "--fail-on", "never", "-o", "jsonl=" + lines}, targets...)...)
	cmd.Env = append(os.Environ(), env...)
	if err := cmd.Run(); err != nil && cmd.ProcessState.ExitCode() != int(exitIncomplete) {
		t.Fatal(err)
	}
	data, err := os.ReadFile(lines)
	if err != nil {
		t.Fatal(err)
	}
	var r result
	r.read(t, data)
	var seen []string
	for _, o := range r.observations {
		o.Sweep, o.Time, o.Evidence = "", time.Time{}, nil
		if o.SSH != nil {
			o.SSH.Primes, o.SSH.Groups = nil, nil
		}
		line, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, string(line))
	}
	slices.Sort(seen)
	return seen
}

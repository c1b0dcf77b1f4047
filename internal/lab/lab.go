// Package lab is what the tests share: real programs of the distribution,
// daemons on free loopback ports, and servers made of one function. Only tests
// import it, and it never leaves the loopback network.
package lab

import (
	_ "embed"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

//go:embed peers.txt
var peers string

// Program finds a program of peers.txt. Where it is absent the test is
// skipped, and fails where CI says that everything must be there.
func Program(t testing.TB, name string) string {
	t.Helper()
	pkg, what := listed(name)
	if pkg == "" {
		t.Fatalf("%s is not in peers.txt: list it, so that it is installed", name)
	}
	dirs := append(filepath.SplitList(os.Getenv("PATH")), "/usr/sbin")
	if filepath.IsAbs(name) {
		dirs = []string{"/"}
	}
	for _, dir := range dirs {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && (info.Mode()&0o111 != 0 || filepath.IsAbs(name)) { // a library has no such bit
			return path
		}
	}
	Absent(t, fmt.Sprintf("%s is not installed (package %s; make test installs it, as root); not tested: %s", name, pkg, what))
	return ""
}

// As gives the command line that runs a program as another user, where the
// tests run as root: some servers refuse to.
func As(t testing.TB, user, name string, args ...string) (string, []string) {
	t.Helper()
	if os.Geteuid() != 0 {
		return name, args
	}
	setpriv := Program(t, "setpriv")
	return setpriv, append([]string{"--reuid=" + user, "--regid=" + user, "--init-groups", name}, args...)
}

// Dir makes a folder that another user's server can be at home in, with copies
// of the files in it: below t.TempDir nobody else can go.
func Dir(t testing.TB, user string, files ...string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "lab")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	args := append(append([]string{"-m", "600"}, files...), dir)
	if os.Geteuid() == 0 {
		args = append([]string{"-o", user}, args...)
		Run(t, "chown", user, dir)
	}
	if len(files) > 0 {
		Run(t, "install", args...)
	}
	return dir
}

// Absent ends a test that lacks something of the machine: it is skipped with
// the reason, and fails where CI says that everything must be there.
func Absent(t testing.TB, reason string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(reason)
	}
	t.Skip(reason)
}

func listed(name string) (pkg, what string) {
	for line := range strings.Lines(peers) {
		fields := strings.Fields(line)
		if len(fields) > 2 && fields[0] == name {
			return fields[1], strings.Join(fields[2:], " ")
		}
	}
	return "", ""
}

// Run runs a program to its end and returns its standard output.
func Run(t testing.TB, name string, args ...string) string {
	t.Helper()
	return RunIn(t, "", name, args...)
}

// RunIn is Run in a folder.
func RunIn(t testing.TB, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, errs.String(), out)
	}
	return string(out)
}

// Port finds a loopback port for a daemon that cannot choose its own.
func Port(t testing.TB) netip.AddrPort {
	t.Helper()
	return Ports(t, 1)[0]
}

// Ports finds several, no two of them the same. They are below those that systems
// give to outgoing connections, of which the tests make thousands: one of these
// may be where the port was before the daemon is.
func Ports(t testing.TB, n int) (all []netip.AddrPort) {
	t.Helper()
	const lowest, above = 11_000, 22_000 // Linux gives from 32768 on; none of these is a service's that is known by its port
	for tries := 0; len(all) < n; tries++ {
		port := uint16(lowest + rand.IntN(above-lowest))
		l, err := net.Listen("tcp", fmt.Sprintf(":%d", port))
		if err != nil && tries < 1000 {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		all = append(all, netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port))
	}
	return all
}

// Daemon runs a program until the test ends, and waits until it listens on
// addr. Start does the rest.
func Daemon(t testing.TB, addr netip.AddrPort, name string, args ...string) {
	t.Helper()
	Start(t, name, args...)
	Listens(t, addr)
}

// Start runs a program until the test ends, its standard input open. It
// returns the file in which the program's words gather, which are told where
// the test fails.
func Start(t testing.TB, name string, args ...string) (said string) {
	t.Helper()
	said = filepath.Join(t.TempDir(), "said")
	out, err := os.Create(said)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = out, out
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		in.Close()
		cmd.Wait()
		out.Close()
		if text, _ := os.ReadFile(said); t.Failed() {
			t.Logf("%s said:\n%.2000s", name, text)
		}
	})
	return said
}

// Listens returns when something takes connections at addr.
func Listens(t testing.TB, addr netip.AddrPort) {
	t.Helper()
	Wait(t, "something listens on "+addr.String(), func() bool {
		c, err := net.DialTimeout("tcp", addr.String(), time.Second)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
}

// Wait returns when done does, and fails the test after 20 s.
func Wait(t testing.TB, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if done() {
			return
		}
	}
	t.Fatalf("waited 60 s in vain: %s", what)
}

// Serve gives every connection to a free loopback port to handle, and closes
// it afterwards.
func Serve(t testing.TB, handle func(net.Conn)) netip.AddrPort {
	t.Helper()
	return ServeAt(t, "127.0.0.1:0", handle)
}

// ServeAt is Serve at an address of choice; port 0 is a free one.
func ServeAt(t testing.TB, addr string, handle func(net.Conn)) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				handle(c)
			}()
		}
	}()
	return netip.MustParseAddrPort(l.Addr().String())
}

// Unshared gives the command line before a script that is to run in namespaces
// of its own, by the letters of unshare(1), such as "n" for a network. Where the
// machine gives nobody any, the test is skipped with the reason.
func Unshared(t testing.TB, letters string) []string {
	t.Helper()
	unshare := Program(t, "unshare")
	out, err := exec.Command(unshare, "-r"+letters, "true").CombinedOutput()
	if err == nil {
		return []string{unshare, "-r" + letters}
	}
	if exec.Command(unshare, "-"+letters, "true").Run() == nil { // root may without users of its own
		return []string{unshare, "-" + letters}
	}
	t.Skipf("no namespaces on this machine: unshare -r%s: %v %s", letters, err, out)
	return nil
}

// Hex reads a recorded message or certificate: hexadecimal, and after # what it
// is.
func Hex(t testing.TB, path ...string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	var digits strings.Builder
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "#")
		digits.WriteString(strings.Join(strings.Fields(line), ""))
	}
	raw, err := hex.DecodeString(digits.String())
	if err != nil {
		t.Fatalf("%s: %v", filepath.Join(path...), err)
	}
	return raw
}

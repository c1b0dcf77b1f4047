//go:build unix

package certstore_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/certstore"
)

// told writes each observation as path, links and brief, below root.
func told(root string, all []scanner.Observation) []string {
	var out []string
	short := func(path string) string {
		if below, err := filepath.Rel(root, path); err == nil {
			return below
		}
		return path
	}
	for _, o := range all {
		line := short(o.Endpoint.Path)
		if o.Store != nil && len(o.Store.Links) > 0 {
			links := []string{}
			for _, l := range o.Store.Links {
				links = append(links, short(l))
			}
			line += " [" + strings.Join(links, " ") + "]"
		}
		out = append(out, line+" "+brief(o))
	}
	slices.Sort(out)
	return out
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// base is a directory without symbolic links in its path.
func base(t testing.TB) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	return dir
}

// TestTree is one tree with every kind of name that a file can have.
func TestTree(t *testing.T) {
	b := make1(t)
	dir := base(t)
	tree := dir + "/tree"
	write(t, tree+"/a.pem", b.cert)
	write(t, tree+"/sub/deep/b", b.other)
	write(t, tree+"/nothing.txt", []byte("nothing"))
	write(t, dir+"/outside/c", b.pub)
	write(t, dir+"/outside/more/d", b.req)
	must(t, os.Symlink("a.pem", tree+"/hash.0"))
	must(t, os.Symlink("../hash.0", tree+"/sub/again"))
	must(t, os.Symlink("../outside/c", tree+"/c1"))
	must(t, os.Symlink(dir+"/outside/c", tree+"/c2"))
	must(t, os.Symlink("../outside/more", tree+"/more"))
	must(t, os.Symlink(".", tree+"/self"))
	must(t, os.Symlink("..", tree+"/sub/up"))
	must(t, os.Symlink("gone", tree+"/broken"))
	must(t, os.Symlink("loop2", tree+"/loop1"))
	must(t, os.Symlink("loop1", tree+"/loop2"))
	must(t, os.Symlink("/dev/null", tree+"/null"))
	must(t, os.Link(tree+"/sub/deep/b", tree+"/sub/b2"))
	must(t, os.Symlink("sub/b2", tree+"/b3"))
	must(t, os.Symlink("sub/deep/b", tree+"/a3"))
	must(t, syscall.Mkfifo(tree+"/fifo", 0o644))
	socket, err := net.Listen("unix", tree+"/socket")
	must(t, err)
	defer socket.Close()

	s := certstore.New(certstore.Options{})
	want := []string{
		"../../../../dev/null [null] device:",
		"../outside/c [c1 c2] PEM: public-key",
		"a.pem [hash.0 sub/again] PEM: certificate",
		"broken broken link:",
		"fifo FIFO:",
		"loop1 broken link:",
		"loop2 broken link:",
		"more [../outside/more] directory:",
		"nothing.txt :",
		"socket socket:",
		"sub/b2 [a3 b3 sub/deep/b] PEM: certificate",
	}
	got := told(tree, sweep(t, s, tree))
	for i := range got { // the depth of the temporary directory
		if strings.HasSuffix(got[i], "dev/null [null] device:") {
			got[i] = want[0]
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	// The same Store hands nothing out again, whatever the name.
	for _, path := range []string{tree, tree + "/sub", tree + "/a.pem", tree + "/c1", dir + "/outside/c"} {
		if again := sweep(t, s, path); len(again) != 0 {
			t.Errorf("%s again: %v", path, told(tree, again))
		}
	}
	// What lies around the tree comes without it.
	if diff := cmp.Diff([]string{"outside/more/d PEM: csr"}, told(dir, sweep(t, s, dir))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestTreesThatShareFiles: what a tree links to in another target's is handed
// out once, whichever comes first, as /etc/ssl/certs and what it leads to.
func TestTreesThatShareFiles(t *testing.T) {
	b, dir := make1(t), base(t)
	write(t, dir+"/share/a.pem", b.cert)
	write(t, dir+"/share/sub/b.pem", b.other)
	write(t, dir+"/etc/c.pem", b.pub)
	must(t, os.Symlink("../share/a.pem", dir+"/etc/hash.0"))
	must(t, os.Symlink("../share/sub/b.pem", dir+"/etc/hash.1"))
	must(t, os.Symlink("../share/sub", dir+"/etc/sub"))
	for _, row := range []struct {
		first, second string
		want          []string
	}{
		{"share", "etc", []string{"etc/c.pem PEM: public-key", "share/a.pem PEM: certificate", "share/sub/b.pem PEM: certificate"}},
		{"etc", "share", []string{"etc/c.pem PEM: public-key", "etc/sub [share/sub] directory:", "share/a.pem [etc/hash.0] PEM: certificate", "share/sub/b.pem [etc/hash.1] PEM: certificate"}},
	} {
		s := certstore.New(certstore.Options{})
		all := append(sweep(t, s, dir+"/"+row.first), sweep(t, s, dir+"/"+row.second)...)
		if diff := cmp.Diff(row.want, slices.Sorted(slices.Values(told(dir, all)))); diff != "" {
			t.Errorf("%s first: -want +got\n%s", row.first, diff)
		}
	}
}

// TestNamedOutright: a path that the operator wrote keeps its name, and is a
// loss if it cannot be read.
func TestNamedOutright(t *testing.T) {
	b := make1(t)
	dir := base(t)
	write(t, dir+"/real/cert7.pem", b.cert)
	write(t, dir+"/nothing", nil)
	must(t, os.Symlink("real/cert7.pem", dir+"/cert.pem"))
	must(t, os.Symlink("real", dir+"/tree"))
	must(t, os.Symlink("loop", dir+"/loop"))
	must(t, syscall.Mkfifo(dir+"/fifo", 0o644))
	for _, test := range []struct {
		path string
		want []string
	}{
		{"cert.pem", []string{"cert.pem [real/cert7.pem] PEM: certificate"}},
		{"tree", []string{"real/cert7.pem PEM: certificate"}},
		{"nothing", []string{"nothing :"}},
		{"missing", []string{"missing failure open not-found"}},
		{"loop", []string{"loop failure open not-found"}},
		{"fifo", []string{"fifo failure open not-understood"}},
	} {
		all := sweep(t, certstore.New(certstore.Options{}), dir+"/"+test.path)
		if diff := cmp.Diff(test.want, told(dir, all)); diff != "" {
			t.Errorf("%s: -want +got\n%s", test.path, diff)
		}
		if len(all) == 1 && all[0].Outright != (test.path != "tree") {
			t.Errorf("%s: outright %v", test.path, all[0].Outright)
		}
	}
}

// TestMadeUp: /proc is told and left alone, as a target and below one.
func TestMadeUp(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		lab.Absent(t, "no /proc here")
	}
	all := sweep(t, certstore.New(certstore.Options{}), "/proc")
	if len(all) != 1 || all[0].Failure == nil || !strings.Contains(all[0].Failure.Detail, "proc file system") {
		t.Errorf("%+v", all)
	}
	if got, want := brief(probe("/proc")), "proc file system:"; got != want {
		t.Errorf("below a tree: %s, want %s", got, want)
	}
	exclude, err := certstore.ParseExcludes([]string{"/[!p]*", "/p[!r]*", "/pr[!o]*", "/pro[!c]*"})
	must(t, err)
	if got := told("/", sweep(t, certstore.New(certstore.Options{Exclude: exclude}), "/")); !slices.Contains(got, "proc proc file system:") {
		t.Errorf("the tree above: %q", got)
	} else if slices.ContainsFunc(got, func(line string) bool { return strings.HasPrefix(line, "proc/") }) {
		t.Errorf("walked: %q", got)
	}
}

// TestVanished: a file that goes between the walk and the reading, or becomes
// another kind of file.
func TestVanished(t *testing.T) {
	dir := base(t)
	write(t, dir+"/a", []byte("text"))
	write(t, dir+"/b", []byte("text"))
	s := certstore.New(certstore.Options{})
	var got []string
	for e, err := range s.Expand(context.Background(), scanner.Target{Path: dir}) {
		must(t, err)
		must(t, os.Remove(e.Path))
		if filepath.Base(e.Path) == "b" {
			must(t, os.Mkdir(e.Path, 0o755))
		}
		got = append(got, brief(s.Probe(context.Background(), e)))
	}
	if diff := cmp.Diff([]string{"failure open not-found", "directory:"}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestInterrupted(t *testing.T) {
	dir := base(t)
	for i := range 10 {
		write(t, fmt.Sprint(dir, "/", i), []byte("text"))
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s := certstore.New(certstore.Options{})
	n := 0
	for e := range s.Expand(ctx, scanner.Target{Path: dir}) {
		cancel()
		if o := s.Probe(ctx, e); o.Failure == nil || o.Failure.Reason != scanner.ReasonInterrupted {
			t.Errorf("%s: %s", e, brief(o))
		}
		n++
	}
	if n != 1 {
		t.Errorf("%d endpoints after the end, want 1", n)
	}
	for range s.Expand(context.Background(), scanner.Target{Path: base(t)}) {
		t.Error("an empty directory holds something")
	}
}

// TestDenied runs as a user who may not read everything. The superuser may, so
// the test starts itself again as nobody.
func TestDenied(t *testing.T) {
	if root := os.Getenv("CERTSTORE_DENIED"); root != "" {
		fmt.Println(strings.Join(told(root, sweep(t, certstore.New(certstore.Options{}), root)), "\n"))
		return
	}
	dir, err := os.MkdirTemp("", "certstore")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	dir, err = filepath.EvalSymlinks(dir)
	must(t, err)
	must(t, os.Chmod(dir, 0o755))
	write(t, dir+"/locked/in", []byte("text"))
	write(t, dir+"/secret", []byte("text"))
	write(t, dir+"/z", []byte("text"))
	self := dir + "/self"
	binary, err := os.ReadFile(os.Args[0])
	must(t, err)
	must(t, os.WriteFile(self, binary, 0o755))
	must(t, os.Chmod(dir+"/secret", 0))
	must(t, os.Chmod(dir+"/locked", 0))
	t.Cleanup(func() { os.Chmod(dir+"/locked", 0o700) })

	cmd := exec.Command(self, "-test.run", "^TestDenied$", "-test.v")
	cmd.Env = append(os.Environ(), "CERTSTORE_DENIED="+dir)
	cmd.Dir = "/"
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"locked failure open denied\n", "secret failure open denied\n", "z :\n"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

// TestMachine sweeps /etc/ssl/certs and counts against openssl, which reads
// the bundle that the same directory holds.
func TestMachine(t *testing.T) {
	const dir = "/etc/ssl/certs"
	bundle, err := os.ReadFile(dir + "/ca-certificates.crt")
	if err != nil {
		lab.Absent(t, "no certificates here: apt-get install ca-certificates")
	}
	all := sweep(t, certstore.New(certstore.Options{}), dir)
	seen := map[string]bool{} // certificates of the bundle's file
	files := map[string]int{}
	for _, o := range all {
		files[o.Endpoint.Path]++
		if o.Failure != nil {
			t.Errorf("%s: %+v", o.Endpoint, o.Failure)
			continue
		}
		for _, i := range o.Store.Items {
			if i.Problem != "" {
				t.Errorf("%s: %s", o.Endpoint, i.Problem)
			}
			if filepath.Base(o.Endpoint.Path) == "ca-certificates.crt" {
				seen[i.SHA256] = true
			}
		}
	}
	for path, n := range files {
		if n != 1 {
			t.Errorf("%s was read %d times", path, n)
		}
	}
	want := map[string]bool{}
	count := bytes.Count(bundle, []byte("-----BEGIN CERTIFICATE-----"))
	for range count {
		var block *pem.Block
		block, bundle = pem.Decode(bundle)
		sum := sha256.Sum256(block.Bytes)
		want[hex.EncodeToString(sum[:])] = true
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("-bundle +ours\n%s", diff)
	}
	// openssl's own digest and subject of each file, by one process a file.
	checked := 0
	for _, o := range all {
		if checked == 20 || len(o.Store.Items) != 1 || o.Store.Format != "PEM" || o.Store.Items[0].Certificate == nil {
			continue
		}
		checked++
		c := o.Store.Items[0].Certificate
		text := run(t, "/", "openssl", "x509", "-in", o.Endpoint.Path, "-noout", "-fingerprint", "-sha256", "-subject", "-nameopt", "RFC2253,-esc_msb,utf8")
		for _, want := range []string{c.Subject, strings.ToUpper(c.SHA256)} {
			if !strings.Contains(strings.ReplaceAll(text, ":", ""), strings.ReplaceAll(want, ":", "")) {
				t.Errorf("%s: %q is not in %s", o.Endpoint, want, text)
			}
		}
	}
	t.Logf("%d files, %d certificates in the bundle, %d compared with openssl", len(all), count, checked)
}

// BenchmarkJunk walks 20,000 small files among which there is one certificate.
func BenchmarkJunk(b *testing.B) {
	dir := base(b)
	junk := bytes.Repeat([]byte("some line of some file\n"), 40)
	for i := range 20000 {
		write(b, fmt.Sprintf("%s/%d/%d", dir, i/200, i), junk)
	}
	made := make1(b)
	write(b, dir+"/cert", made.cert)
	b.ResetTimer()
	for b.Loop() {
		s := certstore.New(certstore.Options{})
		found := 0
		for e, err := range s.Expand(b.Context(), scanner.Target{Path: dir}) {
			must(b, err)
			found += len(s.Probe(b.Context(), e).Store.Items)
		}
		if found != 1 {
			b.Fatalf("%d items", found)
		}
	}
	b.ReportMetric(float64(b.N)*20001/b.Elapsed().Seconds(), "files/s")
}

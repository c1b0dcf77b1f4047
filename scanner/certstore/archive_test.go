package certstore_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/certstore"
)

// members writes where each item lies.
func members(o scanner.Observation) string {
	if o.Store == nil {
		return brief(o)
	}
	parts := []string{o.Store.Format + ":"}
	for _, i := range o.Store.Items {
		parts = append(parts, i.Kind+"@"+i.Member)
	}
	for _, i := range o.Incomplete {
		parts = append(parts, "-"+i.What+" "+string(i.Reason))
	}
	return strings.Join(parts, " ")
}

// TestArchives reads what tar, gzip, zip and jar write.
func TestArchives(t *testing.T) {
	b := make1(t)
	dir := t.TempDir()
	for name, data := range map[string][]byte{"etc/cert.pem": b.cert, "etc/key.der": b.keyDER, "motd": []byte("hello\n"), "other.pem": b.other, "p7.der": b.p7DER} {
		write(t, filepath.Join(dir, name), data)
	}
	sh := func(script string) { t.Helper(); lab.RunIn(t, dir, "sh", "-c", script) }
	sh("tar cf a.tar etc motd; tar czf a.tgz etc motd; tar cjf a.tbz etc; tar --format=v7 -cf old.tar etc; gzip -c other.pem >other.pem.gz; tar cf none.tar motd; tar -c motd | gzip >none.tgz")
	run(t, dir, "zip", "-q", "-r", "a.zip", "etc", "motd")
	run(t, dir, "zip", "-q", "-P", "secret", "locked.zip", "etc/cert.pem", "motd")
	run(t, dir, "zip", "-q", "-0", "stored.zip", "etc/key.der")
	run(t, dir, "jar", "cf", "lib.jar", "p7.der")
	sh("mkdir -p WEB-INF/lib; cp lib.jar WEB-INF/lib")
	run(t, dir, "jar", "cf", "app.war", "WEB-INF", "etc/cert.pem")
	sh("tar cf deep.tar app.war")
	zstd, xz := lab.Program(t, "zstd"), lab.Program(t, "xz")
	sh("tar c etc motd | " + zstd + " -q >a.tar.zst; " + zstd + " -q other.pem; tar c etc | " + xz + " >a.tar.xz; tar c etc | " + zstd + " -q --long=27 >wide.tar.zst")
	const etc = " certificate@etc/cert.pem private-key@etc/key.der"
	for name, want := range map[string]string{
		"a.tar": "tar:" + etc, "a.tgz": "tar.gz:" + etc, "a.tbz": "tar.bz2:" + etc, "old.tar": "tar:" + etc, "a.zip": "zip:" + etc,
		"none.tar": ":", "none.tgz": ":", "stored.zip": "zip: private-key@etc/key.der",
		"other.pem.gz": "gzip: certificate@other.pem",
		"a.tar.zst":    "tar.zst:" + etc, "other.pem.zst": "zstd: certificate@other.pem",
		"wide.tar.zst": "zstd: -zstd archive too-large",
		"a.tar.xz":     "xz: -xz content uncomputable",
		"locked.zip":   "zip: -encrypted members locked",
		"lib.jar":      "jar: certificate@p7.der certificate@p7.der",
		"app.war":      "war: certificate@WEB-INF/lib/lib.jar!/p7.der certificate@WEB-INF/lib/lib.jar!/p7.der",
		"deep.tar":     "tar: certificate@app.war!/WEB-INF/lib/lib.jar!/p7.der certificate@app.war!/WEB-INF/lib/lib.jar!/p7.der",
	} {
		o := probe(filepath.Join(dir, name))
		got := strings.ReplaceAll(strings.ReplaceAll(members(o), " certificate@etc/cert.pem", "%"), " private-key@etc/key.der", "&")
		want = strings.ReplaceAll(strings.ReplaceAll(want, " certificate@etc/cert.pem", "%"), " private-key@etc/key.der", "&")
		if got != want && got != strings.Replace(want, "%&", "&%", 1) { // tar takes a folder's names as they come
			t.Errorf("%s: %s, want %s", name, got, want)
		}
		noSecret(t, o)
	}
}

// TestImages puts together what docker save and an OCI layout (image-layout.md)
// hold: a key that a later layer hides still rests in the earlier one.
func TestImages(t *testing.T) {
	b := make1(t)
	dir := t.TempDir()
	write(t, dir+"/one/etc/ssl/key.pem", b.key)
	write(t, dir+"/two/etc/ssl/.wh.key.pem", nil)
	write(t, dir+"/two/etc/cert.pem", b.cert)
	lab.RunIn(t, dir, "sh", "-c", `set -e
mkdir -p oci/blobs/sha256 docker/a docker/b
tar -C one -czf oci/blobs/sha256/1111 . && tar -C two -czf oci/blobs/sha256/2222 .
echo '{"imageLayoutVersion":"1.0.0"}' >oci/oci-layout; echo '{"schemaVersion":2}' >oci/index.json
tar -C one -cf docker/a/layer.tar . && tar -C two -cf docker/b/layer.tar .
echo '[{"Config":"x.json","RepoTags":["a:b"],"Layers":["a/layer.tar","b/layer.tar"]}]' >docker/manifest.json
tar -C oci -cf oci.tar oci-layout index.json blobs/sha256/1111 blobs/sha256/2222; tar -C docker -cf docker.tar a b manifest.json`)
	for name, want := range map[string]string{
		"oci.tar":    "OCI image: private-key@blobs/sha256/1111!/./etc/ssl/key.pem certificate@blobs/sha256/2222!/./etc/cert.pem",
		"docker.tar": "Docker image: private-key@a/layer.tar!/./etc/ssl/key.pem certificate@b/layer.tar!/./etc/cert.pem",
	} {
		if got := members(probe(filepath.Join(dir, name))); got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
}

// packed is a zip file of one member.
func packed(t testing.TB, name string, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.Create(name)
	if err == nil {
		_, err = w.Write(data)
	}
	if err = errorsOf(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func gzipped(t testing.TB, data io.Reader) []byte {
	t.Helper()
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	_, err := io.Copy(z, data)
	if err = errorsOf(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zstandard(t testing.TB, data io.Reader) []byte {
	t.Helper()
	cmd := exec.Command(lab.Program(t, "zstd"), "-q", "-c")
	cmd.Stdin = data
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func errorsOf(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

type endless string

func (e endless) Read(p []byte) (int, error) {
	return copy(p, strings.Repeat(string(e), len(p)/len(e)+1)), nil
}

// TestBombs: what unpacks to more than the bounds is read up to them, and says
// so.
func TestBombs(t *testing.T) {
	b := make1(t)
	const bound = 1 << 16
	small := certstore.New(certstore.Options{MaxFileSize: bound})
	nested := b.cert
	for n := range 8 {
		nested = packed(t, fmt.Sprintf("%d.zip", n), nested)
	}
	lying := packed(t, "cert.pem", b.cert)
	for _, mark := range []string{"PK\x01\x02"} { // the directory says 7 bytes
		at := bytes.Index(lying, []byte(mark))
		binary.LittleEndian.PutUint32(lying[at+24:], 7)
	}
	var many bytes.Buffer
	z := zip.NewWriter(&many)
	for range 200 {
		w, _ := z.Create("x")
		io.CopyN(w, endless("a line of text\n"), 2*bound)
	}
	z.Close()
	var sparse bytes.Buffer
	archive := tar.NewWriter(&sparse)
	archive.WriteHeader(&tar.Header{Name: "../../etc/\x1b[31mpasswd\n", Size: int64(len(b.cert)), Mode: 0o600})
	archive.Write(b.cert)
	archive.Close()
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"zip in zip in zip", nested, "zip: -7.zip!/6.zip!/5.zip!/4.zip!/3.zip: archive in archives too-large"},
		{"gzip of text without end", gzipped(t, io.LimitReader(endless("a line of text\n"), 100*bound)), "gzip: -gzip-of-text-without-end: content behind the first bytes too-large"},
		{"a lying size", lying, "zip: -cert.pem: content not-understood"},
		{"members without end", many.Bytes(), "zip: -x: content behind the first bytes too-large -rest of the archive too-large"},
		{"gzip of gzip", gzipped(t, bytes.NewReader(gzipped(t, io.LimitReader(endless("\x00"), 200*bound)))), ":"},
		{"a name is data", sparse.Bytes(), `tar: certificate@../../etc/\x1b[31mpasswd\n`},
		{"cut short", packed(t, "a", b.cert)[:200], "zip: -zip archive not-understood"},
		{"zstd of text without end", zstandard(t, io.LimitReader(endless("a line of text\n"), 100*bound)), "zstd: -zstd-of-text-without-end: content behind the first bytes too-large"},
		{"zstd of nothing without end", zstandard(t, io.LimitReader(endless("\x00"), 10000*bound)), ":"},
		{"zstd cut short", zstandard(t, bytes.NewReader(b.cert))[:100], "zstd: -zstd archive not-understood"},
		{"gzip cut short", gzipped(t, bytes.NewReader(b.cert))[:100], "gzip: -gzip-cut-short: content not-understood"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), strings.ReplaceAll(tt.name, " ", "-"))
			if err := os.WriteFile(path, tt.data, 0o600); err != nil {
				t.Fatal(err)
			}
			if got := members(small.Probe(t.Context(), scanner.File(path))); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestZipDirectory: a directory that would fill the memory is not read.
func TestZipDirectory(t *testing.T) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for n := range 200_000 {
		if _, err := z.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("%0100d", n), Method: zip.Store}); err != nil {
			t.Fatal(err)
		}
	}
	z.Close()
	path := filepath.Join(t.TempDir(), "wide.zip")
	write(t, path, out.Bytes())
	if got, want := members(probe(path)), "zip: -zip archive too-large"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

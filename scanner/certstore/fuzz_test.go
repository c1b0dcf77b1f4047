package certstore_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"os"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/certstore"
)

// FuzzContent gives any bytes for a file: no panic, an observation that can be
// written down, and never the digest or the bytes of a private key.
func FuzzContent(f *testing.F) {
	b := make1(f)
	for _, seed := range [][]byte{b.cert, b.key, b.sec1, b.locked, b.old, b.req, b.crl, b.dh, b.p7, b.certDER, b.keyDER, b.p7DER, b.p12, b.pubDER,
		join([]byte("junk\n"), b.pub, b.other[:100], []byte("\n"), b.cert), {0x30, 0x80}, utf16(b.pub)} {
		f.Add(seed)
	}
	key := keyLine(f, b.dir, "ed", "-t", "ed25519")
	for _, text := range []string{"a,b " + key + "\n@revoked |1|YQ==|YQ== " + key, "restrict,from=\"x\" " + key, "echo '" + key + "'",
		"apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {k: " + base64.StdEncoding.EncodeToString(b.key) + "}\n---\nkind: Config\nusers: [{name: x}]\n",
		`{"apiVersion":"v1","kind":"List","items":[{"kind":"ConfigMap","data":{"a":"` + base64.StdEncoding.EncodeToString(b.cert) + `"}}]}`,
		`{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB","d":"AA","x5c":["` + encoded(b.certDER) + `"]},{"kty":"EC","crv":"P-256","x":"AA","y":"AA"},{"kty":"OKP","crv":"X25519","x":"AA"},{"kty":"oct","k":"AA"}]}`,
		"[Interface]\nPrivateKey=yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=\n[Peer]\nPublicKey=xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=\n",
		"AGE-SECRET-KEY-1QYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQS3XLPQ9\n",
		encoded(b.certDER), "<ds:X509Certificate>" + encoded(b.certDER) + "</ds:X509Certificate>", "Content-Type: application/pkcs7-mime\n\n" + encoded(b.p7DER) + "\n--x\n",
		`{"a":"` + encoded(b.key) + `","b":"` + encoded(b.cert), folding(encoded(b.cert), " ") + "word",
		"HostKey x\nCiphers +a,b\nMatch User x\nMACs -y\n", "20260101000000 2 6 100 2047 2 " + strings.Repeat("F", 512)} {
		f.Add([]byte(text))
	}
	lab.RunIn(f, b.dir, "tar", "czf", "a.tgz", "cert.pem", "key.pem")
	lab.RunIn(f, b.dir, "tar", "cf", "a.tar", "cert.pem", "key.pem")
	f.Add(read(f, b.dir+"/a.tgz"))
	f.Add(read(f, b.dir+"/a.tar"))
	f.Add(zstandard(f, bytes.NewReader(read(f, b.dir+"/a.tar"))))
	f.Add(packed(f, "cert.pem", b.cert))
	f.Add(packed(f, "a.zip", packed(f, "key.pem", b.key)))
	private, _ := pem.Decode(b.key)
	if private == nil {
		f.Fatal("no key")
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := os.CreateTemp(dir, "")
		if err != nil {
			t.Fatal(err)
		}
		defer os.Remove(file.Name())
		defer file.Close()
		if _, err := file.Write(data); err != nil {
			t.Fatal(err)
		}
		o := certstore.New(certstore.Options{MaxFileSize: 1 << 16, MaxWork: 10_000}).Probe(t.Context(), scanner.File(file.Name()))
		if o.Failure != nil || o.Store == nil && o.Host == nil {
			t.Fatalf("%+v", o.Failure)
		}
		noSecret(t, o)
		if _, err := json.Marshal(o); err != nil {
			t.Fatal(err)
		}
		if o.Store != nil && o.Store.Format == "" && len(o.Store.Items) > 0 {
			t.Fatalf("items without a format: %s", brief(o))
		}
	})
}

package certstore_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/scanner"
)

// aMarshalled is a key as Go writes it for X.509.
func aMarshalled(t *testing.T, public any) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return scanner.Digest(der)
}

// mldsa44 is what stands before the public key of ML-DSA-44 (RFC 9881 appendix
// C.2).
var mldsa44 = []byte{0x30, 0x82, 0x05, 0x32, 0x30, 0x0b, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 0x11, 3, 0x82, 0x05, 0x21, 0}

// TestWebKeys holds the keys of JSON against Go's own encoding of the same.
func TestWebKeys(t *testing.T) {
	u := base64.RawURLEncoding.EncodeToString
	r, _ := rsa.GenerateKey(rand.Reader, 1024)
	e, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	point, _ := e.PublicKey.Bytes()
	d, _, _ := ed25519.GenerateKey(rand.Reader)
	x, _ := ecdh.X25519().GenerateKey(rand.Reader)
	b := make1(t)
	type key = map[string]any
	keyRSA := key{"kty": "RSA", "kid": "one", "n": u(r.N.Bytes()), "e": "AQAB"}
	private := key{"kty": "RSA", "n": u(r.N.Bytes()), "e": "AQAB", "d": u(r.D.Bytes())}
	keyEC := key{"kty": "EC", "crv": "P-384", "x": u(point[1:49]), "y": u(point[49:]), "x5c": []string{base64.StdEncoding.EncodeToString(b.certDER)}}
	for _, test := range []struct {
		name string
		json any
		want string
	}{
		{"RSA", keyRSA, "public-key RSA 1024 one " + aMarshalled(t, &r.PublicKey)},
		{"private beside public", key{"keys": []key{keyRSA, private}},
			"public-key RSA 1024 one " + aMarshalled(t, &r.PublicKey) + "; private-key RSA 1024 none " + aMarshalled(t, &r.PublicKey)},
		{"EC with its certificate", []key{keyEC}, "certificate; public-key EC 384 " + aMarshalled(t, &e.PublicKey)},
		{"deep in settings", key{"auth": key{"signing": []any{1, key{"jwk": key{"kty": "OKP", "crv": "Ed25519", "x": u(d)}}}}},
			"public-key Ed25519 255 " + aMarshalled(t, d)},
		{"X25519, private", key{"kty": "OKP", "crv": "X25519", "x": u(x.PublicKey().Bytes()), "d": u(x.Bytes())},
			"private-key X25519 255 none " + aMarshalled(t, x.PublicKey())},
		{"ML-DSA", key{"kty": "AKP", "alg": "ML-DSA-44", "pub": u(make([]byte, 1312))}, "public-key ML-DSA-44 " + scanner.Digest(slices.Concat(mldsa44, make([]byte, 1312)))},
		{"a secret", key{"kty": "oct", "alg": "HS256", "k": u([]byte("secret"))}, "secret-key HMAC 48 none"},
		{"of a type to come", key{"kty": "XYZ"}, "JSON Web Key uncomputable"},
		{"of a curve to come", key{"kty": "EC", "crv": "P-999", "x": "AA", "y": "AA"}, "JSON Web Key uncomputable"},
		{"RSA without its modulus", key{"kty": "RSA", "e": "AQAB"}, "public-key; public-key not-understood"},
		{"private, its modulus no base64 for URLs", key{"kty": "RSA", "n": "+/+/", "e": "AQAB", "d": "AA"}, "private-key; private-key not-understood"},
		{"a secret that was left out", key{"kty": "oct", "alg": "HS256"}, "secret-key; secret-key not-understood"},
		{"EC without its point", key{"kty": "EC", "crv": "P-256"}, "public-key; public-key not-understood"},
		{"EC with half of its point", key{"kty": "EC", "crv": "P-384", "x": u(point[1:49])}, "public-key; public-key not-understood"},
		{"a chain alone", key{"header": key{"x5c": []string{base64.StdEncoding.EncodeToString(b.certDER)}}}, "certificate"},
		{"a schema of such", key{"properties": key{"kty": key{"type": "string"}}}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			data, err := json.MarshalIndent(test.json, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			o := probe(written(t, "keys.json", data))
			if got := itemLines(o); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
	lines := fmt.Sprintf("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":%q,\"use\":1e999}\n{\"kty\":\"oct\",\"k\":\"AAAA\"}\n", u(d))
	if got, want := itemLines(probe(written(t, "keys.json", []byte(lines)))), "public-key Ed25519 255 "+aMarshalled(t, d)+"; secret-key secret 24 none"; got != want {
		t.Errorf("a value in each line: got %s, want %s", got, want)
	}
	o := probe(written(t, "keys.json", []byte(`{"kty": "RSA", `)))
	if got := itemLines(o); got != "JSON Web Keys not-understood" {
		t.Error("cut short:", got)
	}
}

func encoded(data []byte) string { return base64.StdEncoding.EncodeToString(data) }

// padding is the text with line feeds at its end, so that its base64 ends in padding.
func padding(text []byte) []byte {
	for text = bytes.Clone(text); len(text)%3 != 1; {
		text = append(text, '\n')
	}
	return text
}

// folding breaks a text as base64(1) does.
func folding(text, indent string) string {
	var lines strings.Builder
	for line := range slices.Chunk([]byte(text), 76) {
		lines.WriteString(indent + string(line) + "\n")
	}
	return lines.String()
}

func written(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	write(t, path, data)
	return path
}

// itemLines tells each item by kind, key, alias, protection and digest, and each gap.
func itemLines(o scanner.Observation) string {
	var lines []string
	for _, i := range o.Store.Items {
		words := []string{i.Kind}
		if i.Key != nil {
			words = append(words, i.Key.Algorithm)
			if i.Key.Bits > 0 {
				words = append(words, fmt.Sprint(i.Key.Bits))
			}
			words = append(words, i.Alias)
		}
		if i.Protection != nil {
			words = append(words, i.Protection.Scheme)
		}
		if i.Key != nil {
			words = append(words, i.SHA256)
		}
		lines = append(lines, strings.Join(slices.DeleteFunc(words, func(s string) bool { return s == "" }), " "))
	}
	for _, gap := range o.Incomplete {
		lines = append(lines, gap.What+" "+string(gap.Reason))
	}
	return strings.Join(lines, "; ")
}

// TestUnarmoured reads what lies in files without the lines that PEM has.
func TestUnarmoured(t *testing.T) {
	b := make1(t)
	dir := b.dir
	ssl := func(args ...string) { t.Helper(); run(t, dir, "openssl", args...) }
	write(t, dir+"/text", []byte("hello\n"))
	ssl("smime", "-sign", "-in", "text", "-signer", "cert.pem", "-inkey", "key.pem", "-out", "signed.eml")
	ssl("cms", "-encrypt", "-aes128", "-in", "text", "-out", "sealed.eml", "other.pem")
	ssl("cms", "-encrypt", "-aes128", "-in", "text", "-outform", "DER", "-out", "sealed.der", "other.pem")
	ssl("cms", "-encrypt", "-stream", "-aes128", "-in", "text", "-outform", "DER", "-out", "sealed.ber", "other.pem")
	ssl("cms", "-encrypt", "-aes128", "-in", "text", "-outform", "PEM", "-out", "sealed.pem", "other.pem")
	file := func(name string) []byte { return read(t, filepath.Join(dir, name)) }
	folded := strings.Join(strings.Split(strings.TrimSpace(string(b.cert)), "\n")[1:], "\n")
	folded = folded[:strings.LastIndex(folded, "\n")]
	ssl("genpkey", "-algorithm", "ed25519", "-outform", "DER", "-out", "ed.der")
	ed := file("ed.der")
	ssl("cms", "-sign", "-binary", "-stream", "-in", "text", "-signer", "cert.pem", "-inkey", "key.pem", "-outform", "DER", "-out", "signed.ber")
	streamed := []byte("Content-Type: application/pkcs7-signature; name=smime.p7s\nContent-Transfer-Encoding: base64\n\n" + folding(encoded(file("signed.ber")), "") + "\n")
	const gap = " uncomputable"
	for _, test := range []struct {
		name string
		data []byte
		want string
	}{
		{"a certificate, folded", []byte("\n" + folded + "\n"), "DER in base64: certificate"},
		{"a certificate in one line", []byte(base64.StdEncoding.EncodeToString(b.certDER)), "DER in base64: certificate"},
		{"a private key", []byte(base64.StdEncoding.EncodeToString(b.keyDER)), "DER in base64: private-key(none)"},
		{"a short private key", []byte(base64.StdEncoding.EncodeToString(ed) + "\n"), "DER in base64: private-key(none)"},
		{"base64, and PEM behind it", join([]byte(folding(strings.Repeat("MIIA", 2000), "")), b.cert), "PEM: certificate"},
		{"words in base64", []byte("MI" + strings.Repeat("AAAA", 40)), ":"},
		{"metadata of SAML", []byte("<?xml version=\"1.0\"?>\n<md:E xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Certificate>\n" + folded + "\n</ds:X509Certificate></md:E>"), "XML signature: certificate"},
		{"XML without one", []byte("<a>X509Certificate</a>"), ":"},
		{"signed mail", file("signed.eml"), "S/MIME: certificate"},
		{"signed mail, its boundary next to the signature", bytes.ReplaceAll(file("signed.eml"), []byte("\n\n--"), []byte("\n--")), "S/MIME: certificate"},
		{"signed mail, in BER", streamed, "S/MIME: certificate"},
		{"encrypted mail", file("sealed.eml"), "S/MIME: -CMS encrypted data content" + gap},
		{"encrypted, DER", file("sealed.der"), "CMS encrypted data: -CMS encrypted data content" + gap},
		{"encrypted, BER", file("sealed.ber"), "CMS encrypted data: -CMS encrypted data content" + gap},
		{"encrypted, PEM", file("sealed.pem"), "PEM: -CMS encrypted data content" + gap},
		{"WireGuard", []byte("[Interface]\nPrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=\n\n[Peer]\nPublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=\nPresharedKey=yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=\n"),
			"WireGuard: private-key(none) public-key secret-key(none)"},
		{"WireGuard, keys elsewhere", []byte("[Interface]\nPostUp = wg set %i private-key /etc/wireguard/key\n"), ":"},
		{"PEM in base64, a value", []byte("tls:\n  crt: \"" + encoded(b.cert) + "\"\n  key: " + encoded(b.key) + "\nreplicas: 3\n"), "PEM: certificate private-key(none)"},
		{"PEM in base64, folded", []byte("content: |\n" + folding(encoded(join(b.cert, b.other)), "    ") + "next: 1\n"), "PEM: certificate certificate"},
		{"PEM in base64, the whole file", []byte(folding(encoded(b.cert), "")), "PEM: certificate"},
		{"PEM in base64, behind much else", join(bytes.Repeat([]byte("a line of some log\n"), 1000), []byte("KEY="+encoded(b.key)+"\n")), "PEM: private-key(none)"},
		{"a key under a password in base64", []byte("KEY=" + encoded(b.old) + "\n"), "PEM: private-key(PEM-traditional-DEK-Info) -encrypted private key locked"},
		{"PEM in base64, several in a line", []byte(`{"crt":"` + encoded(b.cert) + `","key":"` + encoded(b.key) + `"}`), "PEM: certificate private-key(none)"},
		{"PEM in base64, one in each line", []byte(encoded(padding(b.cert)) + "\n" + encoded(padding(b.other)) + "\nword\n" + encoded(b.key) + "\n"), "PEM: certificate certificate private-key(none)"},
		{"PEM in base64, beyond what is read at once", []byte(strings.Repeat("x", 65<<10) + "," + strings.Repeat("y", 62<<10) + `,"` + encoded(b.cert) + `","` + strings.Repeat("z", 1024) + `"`), "PEM: certificate"},
		{"PEM in base64, beside a JSON Web Key", []byte(`{"kty":"oct","k":"AAAA","pem":"` + encoded(b.cert) + `"}`), "JSON Web Key: secret-key(none) certificate"},
		{"PEM in base64, in a configuration", []byte("apiVersion: v1\nkind: Pod\nspec:\n  env: [{name: CRT, value: " + encoded(b.cert) + "}]\n"), "PEM: certificate"},
		{"PEM in base64, in a Secret, locked", []byte("apiVersion: v1\nkind: Secret\ndata:\n  key: " + encoded(b.locked) + "\n"), "Kubernetes Secret: private-key(PBES2) -:key: encrypted private key locked"},
		{"PEM in a Secret, locked", []byte("apiVersion: v1\nkind: Secret\nstringData:\n  key: " + fmt.Sprintf("%q", b.locked) + "\n"), "Kubernetes Secret: private-key(PBES2) -:key: encrypted private key locked"},
		{"the beginning of such", []byte("grep LS0tLS1CRUdJTiBDRVJU file\n"), ":"},
		{"an age key", []byte("# created: 2026-01-01\n# public key: age1xyz\nAGE-SECRET-KEY-1QYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQS3XLPQ9\n"), "age: private-key(none)"},
		{"an age key of two kinds", []byte("AGE-SECRET-KEY-PQ-1QYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQS3XLPQ9\n"), "age hybrid key: -age hybrid key content" + gap},
		{"an age file", []byte("age-encryption.org/v1\n-> X25519 abc\n"), "age: -age content" + gap},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := probe(written(t, "file", test.data))
			if got := brief(o); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			noSecret(t, o)
		})
	}
}

// TestWireGuardKey holds the public half that is computed against openssl's.
func TestWireGuardKey(t *testing.T) {
	dir := t.TempDir()
	run(t, dir, "openssl", "genpkey", "-algorithm", "X25519", "-outform", "DER", "-out", "key.der")
	run(t, dir, "openssl", "pkey", "-inform", "DER", "-in", "key.der", "-pubout", "-outform", "DER", "-out", "pub.der")
	key := read(t, filepath.Join(dir, "key.der"))
	o := probe(written(t, "wg0.conf", []byte("[Interface]\nPrivateKey="+base64.StdEncoding.EncodeToString(key[len(key)-32:])+"\n")))
	if got, want := itemLines(o), "private-key X25519 255 none "+scanner.Digest(read(t, filepath.Join(dir, "pub.der"))); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

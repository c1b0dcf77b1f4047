package certstore_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/certstore"
)

// TestPBMAC1 reads the test vectors of RFC 9579.
func TestPBMAC1(t *testing.T) {
	pbmac1 := func(prf, mac string, iterations int) scanner.Protection {
		return scanner.Protection{Scheme: "pkcs12-mac-pbmac1", KDF: "PBKDF2", PRF: prf, MAC: mac, Iterations: iterations, SaltBits: 64, Opened: scanner.OpenedGiven}
	}
	whole := "PKCS#12: certificate private-key(PBES2)"
	for _, test := range []struct {
		file, want string
		mac        scanner.Protection
	}{
		{"a1", whole, pbmac1("HMAC-SHA256", "HMAC-SHA256", 2048)},
		{"a2", whole, pbmac1("HMAC-SHA512", "HMAC-SHA256", 2048)},
		{"a3", whole, pbmac1("HMAC-SHA512", "HMAC-SHA512", 2048)},
		{"a4", whole + " -PKCS#12 integrity not-understood", pbmac1("HMAC-SHA256", "HMAC-SHA256", 2049)},
		{"a5", whole + " -PKCS#12 integrity not-understood", pbmac1("HMAC-SHA256", "HMAC-SHA256", 2048)},
		{"a6", whole + " -PKCS#12 integrity not-understood", pbmac1("HMAC-SHA256", "HMAC-SHA256", 2048)},
	} {
		t.Run(test.file, func(t *testing.T) {
			path := filepath.Join("testdata", "rfc9579-"+test.file+".p12")
			o := unlock(t, path, "wrong", "1234")
			if got := brief(o); got != test.want {
				t.Errorf("got %s, want %s: %v", got, test.want, o.Incomplete)
			}
			if len(o.Incomplete) > 0 {
				test.mac.Opened = ""
			}
			if diff := cmp.Diff(test.mac, o.Store.Protection[0]); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if items := o.Store.Items; items[1].SHA256 != items[0].Certificate.Key.SPKISHA256 || items[1].Pair != items[0].SHA256 {
				t.Errorf("the key is not the certificate's: %+v", items)
			}
		})
	}
}

// TestBER opens what NSS writes, with lengths that it did not know before.
func TestBER(t *testing.T) {
	p := makePair(t)
	run(t, p.dir, "openssl", "pkcs12", "-export", "-in", p.cert, "-inkey", p.key, "-name", "nss", "-passout", "pass:secret", "-out", "in.p12")
	run(t, p.dir, "pk12util", "-i", "in.p12", "-W", "secret", "-d", "sql:"+p.dir, "-K", "")
	run(t, p.dir, "pk12util", "-o", "out.p12", "-n", "nss", "-W", "secret", "-d", "sql:"+p.dir, "-K", "")
	if data := read(t, p.dir+"/out.p12"); !bytes.HasPrefix(data, []byte{0x30, 0x80}) {
		t.Logf("pk12util writes DER by now: % x", data[:4])
	}
	o := unlock(t, p.dir+"/out.p12", "secret")
	if len(o.Incomplete) > 0 || len(o.Store.Items) != 2 {
		t.Fatalf("%s %v", brief(o), o.Incomplete)
	}
	for _, i := range o.Store.Items {
		if want := map[string]string{scanner.ItemCertificate: p.sha256, scanner.ItemPrivateKey: p.spki}[i.Kind]; i.SHA256 != want || i.Alias != "nss" {
			t.Errorf("%s %q %s, want %s", i.Kind, i.Alias, i.SHA256, want)
		}
	}
}

// TestDamage: a file that is damaged is told apart from one whose password is
// not there.
func TestDamage(t *testing.T) {
	p := makePair(t)
	run(t, p.dir, "openssl", "pkcs12", "-export", "-in", p.cert, "-inkey", p.key, "-passout", "pass:secret", "-out", "good.p12")
	run(t, p.dir, "openssl", "pkcs8", "-topk8", "-in", p.key, "-passout", "pass:secret", "-outform", "DER", "-out", "good.p8")
	run(t, p.dir, "keytool", "-importkeystore", "-srckeystore", "good.p12", "-srcstorepass", "secret", "-destkeystore", "good.jks", "-deststoretype", "JKS", "-deststorepass", "secret1", "-srcalias", "1", "-destalias", "one", "-srckeypass", "secret", "-destkeypass", "secret1")
	p12, p8, jks := read(t, p.dir+"/good.p12"), read(t, p.dir+"/good.p8"), read(t, p.dir+"/good.jks")
	flip := func(data []byte, at int) []byte {
		data = bytes.Clone(data)
		data[(at+len(data))%len(data)] ^= 1
		return data
	}
	mac := bytes.LastIndex(p12, []byte{4, 0x20}) // the MAC itself
	body := bytes.Index(p12, []byte{0x80, 0x82}) // the encrypted certificate
	for _, test := range []struct {
		name string
		data []byte
		want string
	}{
		{"PKCS#12", p12, "PKCS#12: certificate private-key(PBES2)"},
		{"PKCS#12, its MAC changed", flip(p12, mac+5), "PKCS#12: certificate private-key(PBES2) -PKCS#12 integrity not-understood"},
		{"PKCS#12, its certificate changed", flip(p12, body+300), "PKCS#12: certificate private-key(PBES2) -PKCS#12 integrity not-understood"},
		{"PKCS#12 cut short", p12[:len(p12)-30], "PKCS#12: -PKCS#12 content not-understood"},
		{"PKCS#12 of rubbish", append(append([]byte{}, p12[:40]...), bytes.Repeat([]byte{0x30}, len(p12)-40)...), "PKCS#12: -PKCS#12 content not-understood"},
		{"PKCS#8", p8, "DER: private-key(PBES2)"},
		{"PKCS#8, a byte short inside", append(append(append([]byte{}, p8[:2]...), byte((len(p8)-5)>>8), byte(len(p8)-5)), p8[4:len(p8)-1]...), "DER: private-key! -private-key not-understood"},
		{"JKS", jks, "JKS: private-key(JKS) certificate"},
		{"JKS, its digest changed", flip(jks, -1), "JKS: private-key(JKS) certificate -JKS integrity locked"},
		{"JKS cut short", jks[:len(jks)-200], "JKS: private-key(JKS) -JKS integrity locked -JKS content not-understood"},
		{"JKS with more behind", append(bytes.Clone(jks), 1, 2, 3), "JKS: private-key(JKS) certificate -JKS integrity locked -JKS content not-understood"},
		{"JKS of another version", flip(jks, 7), "JKS: -JKS content not-understood"},
		{"JKS header alone", jks[:12], "JKS: -JKS content not-understood"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "damaged")
			write(t, path, test.data)
			o := unlock(t, path, "secret", "secret1")
			got := strings.ReplaceAll(brief(o), "certificate!", "certificate")
			if got != test.want {
				t.Errorf("got  %s\nwant %s\n%v", got, test.want, o.Incomplete)
			}
		})
	}
}

// TestNoPassword: PKCS#12 whose password is absent, which is another one than
// the empty one, as GnuTLS writes it.
func TestNoPassword(t *testing.T) {
	p := makePair(t)
	run(t, p.dir, "certtool", "--to-p12", "--load-certificate", p.cert, "--load-privkey", p.key, "--p12-name", "none", "--null-password", "--outder", "--outfile", "none.p12")
	o := unlock(t, p.dir+"/none.p12")
	if len(o.Incomplete) > 0 || len(o.Store.Items) != 2 || o.Store.Protection[0].Opened != scanner.OpenedEmpty {
		t.Errorf("%s %v %+v", brief(o), o.Incomplete, o.Store.Protection)
	}
	for _, i := range o.Store.Items {
		if want := map[string]string{scanner.ItemCertificate: p.sha256, scanner.ItemPrivateKey: p.spki}[i.Kind]; i.SHA256 != want {
			t.Errorf("%s %s, want %s", i.Kind, i.SHA256, want)
		}
	}
}

// TestRelated: what lies beside what in one file.
func TestRelated(t *testing.T) {
	p := makePair(t)
	ssl := func(args ...string) { t.Helper(); run(t, p.dir, "openssl", args...) }
	ssl("req", "-x509", "-newkey", "rsa:1024", "-nodes", "-keyout", "ca.key", "-subj", "/CN=root", "-out", "ca.pem")
	ssl("req", "-newkey", "rsa:1024", "-nodes", "-keyout", "leaf.key", "-subj", "/CN=leaf", "-out", "leaf.csr")
	ssl("x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-out", "leaf.pem")
	ssl("pkcs12", "-export", "-in", "leaf.pem", "-inkey", "leaf.key", "-certfile", "ca.pem", "-passout", "pass:", "-out", "whole.p12")
	ssl("pkcs12", "-export", "-in", "leaf.pem", "-inkey", "leaf.key", "-passout", "pass:", "-out", "half.p12")
	file := func(names ...string) []byte {
		var all []byte
		for _, n := range names {
			all = append(all, read(t, filepath.Join(p.dir, n))...)
		}
		return all
	}
	for _, test := range []struct {
		name string
		data []byte
		want string
	}{
		{"a whole chain and its key", file("whole.p12"), "CN=leaf complete, CN=root, key of CN=leaf"},
		{"without the issuer", file("half.p12"), "CN=leaf incomplete, key of CN=leaf"},
		{"PEM in any order", file("ca.pem", "leaf.key", "leaf.pem"), "CN=root, key of CN=leaf, CN=leaf complete"},
		{"another's key", file("leaf.pem", "key.pem"), "CN=leaf, key"},
		{"a key alone", file("leaf.key"), "key"},
		{"a certificate alone", file("leaf.pem"), "CN=leaf"},
		{"an unlike pair of certificates", file("leaf.pem", "cert.pem"), "CN=leaf incomplete, CN=locked"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file")
			write(t, path, test.data)
			o := probe(path)
			var words []string
			for _, i := range o.Store.Items {
				word := "key"
				if i.Certificate != nil {
					word = i.Certificate.Subject
				}
				for _, other := range o.Store.Items {
					if i.Pair != "" && other.SHA256 == i.Pair {
						word += " of " + other.Certificate.Subject
					}
				}
				words = append(words, strings.TrimSpace(word+" "+i.Chain))
			}
			if got := strings.Join(words, ", "); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// TestWork: a file cannot ask for more work than the bound, and that it does
// is told.
func TestWork(t *testing.T) {
	p := makePair(t)
	run(t, p.dir, "openssl", "pkcs8", "-topk8", "-in", p.key, "-passout", "pass:secret", "-out", "many.p8")
	run(t, p.dir, "openssl", "pkcs8", "-topk8", "-in", p.key, "-scrypt", "-passout", "pass:secret", "-out", "scrypt.p8")
	run(t, p.dir, "openssl", "pkcs12", "-export", "-in", p.cert, "-inkey", p.key, "-passout", "pass:secret", "-out", "many.p12")
	for file, want := range map[string]string{
		"many.p8":   "PEM: private-key(PBES2) -encrypted private key too-large",
		"scrypt.p8": "PEM: private-key(PBES2) -encrypted private key too-large",
		"many.p12":  "PKCS#12: private-key(PBES2) -PKCS#12 integrity too-large -PKCS#12 content too-large -private key too-large",
	} {
		o := certstore.New(certstore.Options{MaxWork: 1000}).Probe(t.Context(), scanner.File(filepath.Join(p.dir, file)))
		if got := brief(o); got != want {
			t.Errorf("%s: got %s, want %s", file, got, want)
		}
	}
}

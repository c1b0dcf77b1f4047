package certstore_test

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/certstore"
)

// bench is the parts that the tests put together, made by openssl once.
type bench struct {
	dir                     string
	cert, other, key, sec1  []byte
	locked, old, req, pub   []byte
	dh, p7, trusted, pkcs1  []byte
	certDER, keyDER, p7DER  []byte
	p12, reqDER, pubDER     []byte
	lockedDER, crl, ecparam []byte
}

func make1(t testing.TB) bench {
	dir := t.TempDir()
	ssl := func(args ...string) { t.Helper(); run(t, dir, "openssl", args...) }
	ssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "key.pem")
	ssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024", "-out", "rsa.pem")
	ssl("req", "-x509", "-new", "-key", "key.pem", "-subj", "/CN=one", "-out", "cert.pem")
	ssl("req", "-x509", "-new", "-key", "rsa.pem", "-subj", "/CN=two", "-out", "other.pem")
	ssl("ec", "-in", "key.pem", "-out", "sec1.pem")
	ssl("rsa", "-traditional", "-in", "rsa.pem", "-out", "pkcs1.pem")
	ssl("pkcs8", "-topk8", "-in", "key.pem", "-out", "locked.pem", "-passout", "pass:x")
	ssl("rsa", "-traditional", "-in", "rsa.pem", "-aes128", "-out", "old.pem", "-passout", "pass:abcd")
	ssl("req", "-new", "-key", "key.pem", "-subj", "/CN=asked", "-out", "req.pem")
	ssl("pkey", "-in", "key.pem", "-pubout", "-out", "pub.pem")
	ssl("dhparam", "-out", "dh.pem", "512")
	ssl("ecparam", "-name", "secp384r1", "-out", "ecparam.pem")
	ssl("crl2pkcs7", "-nocrl", "-certfile", "cert.pem", "-certfile", "other.pem", "-out", "p7.pem")
	ssl("x509", "-in", "cert.pem", "-trustout", "-addtrust", "serverAuth", "-out", "trusted.pem")
	ssl("pkcs12", "-export", "-in", "cert.pem", "-inkey", "key.pem", "-passout", "pass:x", "-out", "store.p12")
	write(t, dir+"/ca.cnf", []byte("[ca]\ndefault_ca=d\n[d]\ndatabase=index\ndefault_md=sha256\ndefault_crl_days=30\n"))
	write(t, dir+"/index", nil)
	ssl("ca", "-config", "ca.cnf", "-gencrl", "-keyfile", "key.pem", "-cert", "cert.pem", "-out", "crl.pem")
	file := func(name string) []byte { return read(t, filepath.Join(dir, name)) }
	der := func(name string) []byte { b, _ := pem.Decode(file(name)); return b.Bytes }
	return bench{dir: dir, cert: file("cert.pem"), other: file("other.pem"), key: file("key.pem"), sec1: file("sec1.pem"),
		locked: file("locked.pem"), old: file("old.pem"), req: file("req.pem"), pub: file("pub.pem"), dh: file("dh.pem"), p7: file("p7.pem"),
		trusted: file("trusted.pem"), pkcs1: file("pkcs1.pem"), certDER: der("cert.pem"), keyDER: der("key.pem"), p7DER: der("p7.pem"),
		p12: file("store.p12"), reqDER: der("req.pem"), pubDER: der("pub.pem"), lockedDER: der("locked.pem"), crl: file("crl.pem"), ecparam: file("ecparam.pem")}
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func TestContent(t *testing.T) {
	b := make1(t)
	indented := bytes.ReplaceAll(b.cert, []byte("\n"), []byte("\n    "))
	inJSON, _ := json.Marshal(map[string]string{"private_key": string(b.key), "cert": string(b.cert)})
	literals := func(begin, end string) []byte {
		return []byte(begin + strings.Join(strings.Split(strings.TrimSpace(string(b.cert)), "\n"), end+"\n"+begin) + end + "\n")
	}
	const ssh2 = "---- BEGIN SSH2 PUBLIC KEY ----\nComment: \"256-bit ED25519, converted by nobo\\\ndy\"\n%s\n---- END SSH2 PUBLIC KEY ----\n"
	noise := bytes.Repeat([]byte("a line of some log, with nothing in it\n"), 10000)
	for _, test := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, ":"},
		{"text", []byte("hello\n"), ":"},
		{"binary", []byte("\x7fELF\x00\x01-----BEGIN"), ":"},
		{"certificate", b.cert, "PEM: certificate"},
		{"chain, the same twice", join(b.cert, b.other, b.cert), "PEM: certificate certificate"},
		{"any mix with junk between", join([]byte("junk\n"), b.other, []byte("more\n\n"), b.key, []byte("\x00\x01\n"), b.req, b.crl, b.pub, b.dh, b.ecparam),
			"PEM: certificate private-key(none) csr crl public-key parameters parameters"},
		{"far behind text", join(noise, b.cert), "PEM: certificate"},
		{"behind binary junk", join([]byte("\x00\x01\x02\n"), b.cert), "PEM: certificate"},
		{"Windows line ends", bytes.ReplaceAll(b.cert, []byte("\n"), []byte("\r\n")), "PEM: certificate"},
		{"no line end at the end", bytes.TrimSpace(b.cert), "PEM: certificate"},
		{"indented, as in YAML", join([]byte("tls.crt: |\n    "), indented), "PEM: certificate"},
		{"in JSON, in one line", inJSON, "PEM: certificate private-key(none)"},
		{"in source code", join([]byte("const cert = `"), b.cert[:len(b.cert)-1], []byte("`\n")), "PEM: certificate"},
		{"in literals of C", literals(`    "`, `\n"`), "PEM: certificate"},
		{"in literals of JavaScript, twice", join(literals(`  '`, `\n' +`), literals(`  '`, `\n' +`)), "PEM: certificate"},
		{"in literals of Java", literals(`    + "`, `\r\n"`), "PEM: certificate"},
		{"in one literal of several lines", literals("", `\n\`), "PEM: certificate"},
		{"a literal of BEGIN alone", []byte("char *begin = \"-----BEGIN CERTIFICATE-----\";\nchar *end = \"-----END CERTIFICATE-----\";\n"), ":"},
		{"RFC 4716", fmt.Appendf(nil, ssh2, "AAAAC3NzaC1lZDI1NTE5AAAAIAgSBEGJc55HsUb8t5+fHVEuaPKmPlF2hK2OyWh8XyUL"), "SSH2 public key: public-key"},
		{"RFC 4716, of several lines", fmt.Appendf(nil, ssh2, "AAAAB3NzaC1yc2EAAAADAQABAAAAgQDclWjfsukyuEbqtJzZUrz1dPqgg4K3OUqGnR2TFL\nd/C7Gs5+aokRURlEMcHwOhbznQKuKTlNcuvFYM/Q6Zr5DEgSaJfwDALDOopw/C3y5qmhFF\nYVz2TkDqncdbABmluUgyqdzvVcwgNAAmfnl4dGzUbDTsvTfwY1v31tHcFlemDQ=="), "SSH2 public key: public-key"},
		{"RFC 4716, broken", fmt.Appendf(nil, ssh2, "AAAAC3Nz"), "SSH2 public key: public-key! -public-key not-understood"},
		{"SEC1 behind its parameters", b.sec1, "PEM: private-key(none)"},
		{"PKCS#1", b.pkcs1, "PEM: private-key(none)"},
		{"encrypted PKCS#8", b.locked, "PEM: private-key(PBES2) -encrypted private key locked"},
		{"traditional encryption", b.old, "PEM: private-key(PEM-traditional-DEK-Info) -encrypted private key locked"},
		{"trusted certificate", b.trusted, "PEM: certificate"},
		{"PKCS#7", b.p7, "PEM: certificate certificate"},
		{"wrong label", bytes.ReplaceAll(b.key, []byte("PRIVATE KEY"), []byte("CERTIFICATE")), "PEM: private-key(none)"},
		{"DER certificate", b.certDER, "DER: certificate"},
		{"DER certificate and a line end", join(b.certDER, []byte("\n")), "DER: certificate"},
		{"DER certificate and key", join(b.certDER, b.keyDER), "DER: certificate private-key(none)"},
		{"DER certificate and junk", join(b.certDER, []byte("junk")), "DER: certificate -data behind the last item not-understood"},
		{"DER request", b.reqDER, "DER: csr"},
		{"DER public key", b.pubDER, "DER: public-key"},
		{"DER encrypted PKCS#8", b.lockedDER, "DER: private-key(PBES2) -encrypted private key locked"},
		{"DER PKCS#7", b.p7DER, "PKCS#7: certificate certificate"},
		{"PKCS#12", b.p12, "PKCS#12: private-key(PBES2) -PKCS#12 content locked -private key locked"},
		{"certificate without END", b.cert[:len(b.cert)-40], "PEM: certificate! -certificate not-understood"},
		{"certificate cut, another behind", join(b.cert[:200], []byte("\n"), b.other), "PEM: certificate! certificate -certificate not-understood"},
		{"certificate with broken base64", bytes.Replace(b.cert, []byte("MII"), []byte("!!!"), 1), "PEM: certificate! -certificate not-understood"},
		{"certificate with broken DER", bytes.Replace(b.cert, []byte("MII"), []byte("AAA"), 1), "PEM: certificate! -certificate not-understood"},
		{"PEM of half a certificate", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: b.certDER[:100]}), "PEM: certificate! -certificate not-understood"},
		{"PEM of half a key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: b.keyDER[:60]}), "PEM: private-key! -private-key not-understood"},
		{"empty block", []byte("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"), "PEM: certificate! -certificate not-understood"},
		{"half a DER certificate", b.certDER[:len(b.certDER)/2], "DER: certificate! -certificate not-understood"},
		{"half a DER key", b.keyDER[:len(b.keyDER)/2], ":"}, // 70 bytes of anything
		{"half a PKCS#12", b.p12[:len(b.p12)/2], "PKCS#12: -PKCS#12 content not-understood"},
		{"END of another label", []byte("-----BEGIN CERTIFICATE-----\nMIIB\n-----END PUBLIC KEY-----\n"), "PEM: certificate! -certificate not-understood"},
		{"prose about PEM", []byte("`-----BEGIN CERTIFICATE-----\\n%s\\n-----END CERTIFICATE-----` is a format.\nif s == \"-----BEGIN RSA PRIVATE KEY-----\" {\n"), ":"},
		{"a signature", []byte("-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n"), ":"},
		{"OpenPGP", []byte("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQENB\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n"), "OpenPGP: -OpenPGP content not-understood"},
		{"PuTTY", []byte("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n"), "PuTTY: private-key(none)!"},
		{"UTF-16", utf16(b.cert), "PEM in UTF-16: -PEM in UTF-16 content uncomputable"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "any.txt")
			write(t, path, test.data)
			o := probe(path)
			if got := brief(o); got != test.want {
				t.Errorf("got  %s\nwant %s\n%+v", got, test.want, o.Incomplete)
			}
			noSecret(t, o)
		})
	}
}

// noSecret: evidence is of certificates alone, and a private key that could
// not be read has no digest.
func noSecret(t *testing.T, o scanner.Observation) {
	t.Helper()
	for _, e := range o.Evidence {
		if e.What != "certificate" {
			t.Errorf("evidence of %s", e.What)
		}
	}
	if o.Store == nil {
		return
	}
	for _, i := range o.Store.Items {
		if i.Kind == scanner.ItemPrivateKey && i.Key == nil && i.SHA256 != "" {
			t.Errorf("a digest of a key's own bytes: %+v", i)
		}
		if i.Kind == scanner.ItemPrivateKey && i.Key != nil && i.SHA256 != i.Key.SPKISHA256 {
			t.Errorf("digest %s of a private key, want that of its public half %s", i.SHA256, i.Key.SPKISHA256)
		}
	}
}

func utf16(ascii []byte) []byte {
	out := []byte{0xff, 0xfe}
	for _, c := range ascii {
		out = append(out, c, 0)
	}
	return out
}

// TestKeyMatchesCertificate: the two have one SPKI digest, which is what ties
// them together in a report.
func TestKeyMatchesCertificate(t *testing.T) {
	b := make1(t)
	path := filepath.Join(t.TempDir(), "both")
	write(t, path, join(b.cert, b.sec1, b.pub))
	o := probe(path)
	want := o.Store.Items[0].Certificate.Key.SPKISHA256
	for _, i := range o.Store.Items[1:] {
		if i.Key.SPKISHA256 != want || i.SHA256 != want {
			t.Errorf("%s: %s, want %s", i.Kind, i.Key.SPKISHA256, want)
		}
	}
	if o.Store.Mode != "0644" || o.Store.Owner != fmt.Sprint(os.Getuid()) {
		t.Errorf("mode %s, owner %s", o.Store.Mode, o.Store.Owner)
	}
	if len(o.Evidence) != 1 || !bytes.Equal(o.Evidence[0].Data, b.certDER) {
		t.Errorf("evidence %+v", o.Evidence)
	}
}

func TestTraditionalProtection(t *testing.T) {
	b := make1(t)
	path := filepath.Join(t.TempDir(), "old")
	write(t, path, b.old)
	want := &scanner.Protection{Scheme: "PEM-traditional-DEK-Info", KDF: "EVP_BytesToKey-MD5", PRF: "MD5", Cipher: "AES-128-CBC", Iterations: 1, SaltBits: 64}
	item := probe(path).Store.Items[0]
	if diff := cmp.Diff(want, item.Protection); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if item.Key == nil || item.Key.Algorithm != "RSA" {
		t.Errorf("key %+v", item.Key)
	}
}

// TestOpenSSH reads what ssh-keygen writes, against its own fingerprints'
// public halves.
func TestOpenSSH(t *testing.T) {
	dir := t.TempDir()
	for i, test := range []struct {
		options []string
		key     scanner.Key
		want    scanner.Protection
	}{
		{[]string{"-t", "ed25519", "-N", ""}, scanner.Key{Algorithm: "Ed25519", Bits: 255}, scanner.Protection{Scheme: "none"}},
		{[]string{"-t", "rsa", "-b", "1024", "-N", "password"}, scanner.Key{Algorithm: "RSA", Bits: 1024, Exponent: "65537"},
			scanner.Protection{Scheme: "OpenSSH-bcrypt", KDF: "bcrypt_pbkdf", Cipher: "AES-256-CTR", Iterations: 16, SaltBits: 128}},
		{[]string{"-t", "ecdsa", "-b", "384", "-N", "password", "-Z", "chacha20-poly1305@openssh.com", "-a", "3"}, scanner.Key{Algorithm: "EC", Bits: 384, Curve: "secp384r1"},
			scanner.Protection{Scheme: "OpenSSH-bcrypt", KDF: "bcrypt_pbkdf", Cipher: "CHACHA20-POLY1305", Iterations: 3, SaltBits: 128}},
		{[]string{"-t", "ecdsa", "-b", "521", "-N", "password", "-Z", "aes128-gcm@openssh.com"}, scanner.Key{Algorithm: "EC", Bits: 521, Curve: "secp521r1"},
			scanner.Protection{Scheme: "OpenSSH-bcrypt", KDF: "bcrypt_pbkdf", Cipher: "AES-128-GCM", Iterations: 16, SaltBits: 128}},
	} {
		t.Run(strings.Join(test.options[:4], " "), func(t *testing.T) {
			path := filepath.Join(dir, fmt.Sprint("key", i))
			run(t, dir, "ssh-keygen", append([]string{"-q", "-C", "a comment", "-f", path}, test.options...)...)
			o := probe(path)
			if o.Store.Format != "OpenSSH" || len(o.Store.Items) != 1 {
				t.Fatal(brief(o))
			}
			item := o.Store.Items[0]
			if test.key.Algorithm != "Ed25519" { // which ssh-keygen does not export
				block, _ := pem.Decode([]byte(run(t, dir, "ssh-keygen", "-e", "-m", "PKCS8", "-f", path+".pub")))
				if item.Key.SPKISHA256 != scanner.Digest(block.Bytes) {
					t.Errorf("SPKI digest %s, ssh-keygen's %s", item.Key.SPKISHA256, scanner.Digest(block.Bytes))
				}
			}
			public := probe(path + ".pub")
			if got := brief(public); got != "OpenSSH public key: public-key" || public.Store.Items[0].SHA256 != item.SHA256 {
				t.Errorf("public key: %s %+v", got, public.Store.Items)
			}
			item.Key.OID, item.Key.SPKISHA256 = "", ""
			if diff := cmp.Diff(&test.key, item.Key); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if diff := cmp.Diff(&test.want, item.Protection); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
	known := filepath.Join(dir, "known_hosts")
	write(t, known, append([]byte("host.example "), read(t, filepath.Join(dir, "key0.pub"))...))
	if got := brief(probe(known)); got != "known_hosts: known-host" {
		t.Errorf("known_hosts: %s", got)
	}
}

// TestBounds: what is longer than the bound is read as far as it goes, and
// said to be longer.
func TestBounds(t *testing.T) {
	b := make1(t)
	dir := t.TempDir()
	small := certstore.New(certstore.Options{MaxFileSize: 8192})
	noise := bytes.Repeat([]byte("some words of text\n"), 1000)
	for _, test := range []struct {
		name string
		data []byte
		want string
	}{
		{"text", join(b.cert, noise, b.other), "PEM: certificate -content behind the first bytes too-large"},
		{"text with nothing in it", noise, ": -content behind the first bytes too-large"},
		{"binary", bytes.Repeat([]byte{0}, 10000), ":"},
		{"DER", join([]byte{0x30, 0x82, 0x40, 0, 0x30, 0x82, 0x30, 0, 0xa0, 3, 2, 1, 2}, make([]byte, 0x4000-9)), "DER: -certificate too-large"},
		{"one endless line", bytes.Repeat([]byte("x"), 1<<20), ": -content behind the first bytes too-large"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(dir, strings.ReplaceAll(test.name, " ", "-"))
			write(t, path, test.data)
			o := small.Probe(t.Context(), scanner.File(path))
			if got := brief(o); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

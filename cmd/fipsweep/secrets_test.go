package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/internal/lab/valid"
	"github.com/fipsweep/fipsweep/scanner"
)

const testPassword = "Tr0ub4dor-and-3"

// TestNoSecretLeaves: over stores of every format, opened and shut, neither a
// private value nor a password is in any output, log, journal or message.
func TestNoSecretLeaves(t *testing.T) {
	dir := t.TempDir()
	stores := filepath.Join(dir, "stores")
	needles := secretStores(t, stores)
	if err := os.WriteFile(filepath.Join(dir, "passwords"), []byte("wrong\n"+testPassword+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range []string{"passwords", "/dev/null"} {
		args := []string{"scan", stores, "--passwords", list, "--state", "state", "--fail-on", "never"}
		for _, format := range formats {
			args = append(args, "-o", format+"=out-"+filepath.Base(list)+"."+format)
		}
		cmd := exec.Command(self, args...)
		cmd.Dir, cmd.Args[0] = dir, "fipsweep"
		said, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, said)
		}
		if err := os.WriteFile(filepath.Join(dir, "said-"+filepath.Base(list)), said, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	searched := 0
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(path, stores) || d.Name() == "passwords" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		searched++
		for name, needle := range needles {
			if bytes.Contains(data, []byte(needle)) {
				t.Errorf("%s holds %s", d.Name(), name)
			}
		}
		return nil
	})
	if err != nil || searched < 2*len(formats)+2 {
		t.Errorf("searched %d files: %v", searched, err)
	}
	for _, list := range []string{"passwords", "null"} {
		lines, err := os.ReadFile(filepath.Join(dir, "out-"+list+".jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		valid.Lines(t, lines)
	}
	opened, err := os.ReadFile(filepath.Join(dir, "out-passwords.jsonl"))
	if err != nil || bytes.Count(opened, []byte(`"opened":"given"`)) < 20 || bytes.Contains(opened, []byte(`"reason":"locked"`)) {
		t.Errorf("not all was opened, so that little was shown: %v\n%s", err, opened)
	}
}

// secretStores writes one RSA and one EC key into every format, and returns
// what must not be told of them, by name.
func secretStores(t *testing.T, dir string) map[string]string {
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	ssl := func(args ...string) { t.Helper(); lab.RunIn(t, dir, lab.Program(t, "openssl"), args...) }
	needles := map[string]string{}
	hide(needles, "the password", []byte(testPassword))
	ssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024", "-out", "rsa.pem")
	ssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "ec.pem")
	pass := []string{"-passout", "pass:" + testPassword}
	for _, kind := range []string{"rsa", "ec"} {
		key, cert := kind+".pem", kind+".crt"
		ssl("req", "-x509", "-new", "-key", key, "-subj", "/CN="+kind, "-out", cert)
		ssl(append([]string{"pkcs8", "-topk8", "-in", key, "-out", kind + ".p8"}, pass...)...)
		ssl(append([]string{"pkcs8", "-topk8", "-in", key, "-scrypt", "-outform", "DER", "-out", kind + ".scrypt"}, pass...)...)
		ssl(append([]string{"pkcs12", "-export", "-in", cert, "-inkey", key, "-name", kind, "-out", kind + ".p12"}, pass...)...)
		ssl(append([]string{"pkcs12", "-export", "-legacy", "-nomac", "-in", cert, "-inkey", key, "-out", kind + ".old.p12"}, pass...)...)
		ssl(kind, "-in", key, "-out", kind+".clear")
		ssl(append([]string{kind, "-in", key, "-aes256", "-out", kind + ".locked"}, pass...)...)
		for _, format := range []string{"JKS", "JCEKS"} {
			lab.RunIn(t, dir, lab.Program(t, "keytool"), "-importkeystore", "-srckeystore", kind+".p12", "-srcstorepass", testPassword,
				"-destkeystore", kind+"."+format, "-deststoretype", format, "-deststorepass", testPassword)
		}
	}
	source, err := filepath.Abs(filepath.Join("..", "..", "scanner", "certstore", "testdata", "Stores.java"))
	if err != nil {
		t.Fatal(err)
	}
	ssl("pkcs8", "-topk8", "-nocrypt", "-in", "rsa.pem", "-outform", "DER", "-out", "key.der")
	for _, name := range []string{"cert.der", "trusted.der"} {
		ssl("x509", "-in", "rsa.crt", "-outform", "DER", "-out", name)
	}
	lab.Run(t, lab.Program(t, "java"), "-Dorg.bouncycastle.bks.enable_v1=true", "-cp", lab.Program(t, "/usr/share/java/bcprov.jar"), source, dir, testPassword)
	secretPlaces(t, dir)
	for _, file := range []string{"rsa.pem", "ec.pem"} {
		data, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		block, _ := pem.Decode(data)
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		needles["the digest of "+file] = scanner.Digest(block.Bytes)
		switch key := key.(type) {
		case *rsa.PrivateKey:
			needles["the digest of its PKCS#1"] = scanner.Digest(x509.MarshalPKCS1PrivateKey(key))
			for name, n := range map[string][]byte{"d": key.D.Bytes(), "p": key.Primes[0].Bytes(), "q": key.Primes[1].Bytes(),
				"dp": key.Precomputed.Dp.Bytes(), "dq": key.Precomputed.Dq.Bytes(), "qinv": key.Precomputed.Qinv.Bytes()} {
				hide(needles, name, n)
			}
			needles["p in decimal"] = key.Primes[0].String()[:30]
			needles["d in decimal"] = key.D.String()[:30]
		case *ecdsa.PrivateKey:
			scalar, err := key.Bytes()
			if err != nil {
				t.Fatal(err)
			}
			hide(needles, "the scalar", scalar)
		}
	}
	return needles
}

// secretPlaces puts the keys of a folder into an NSS database, into a Secret of
// Kubernetes and into archives, beside configurations that name the password.
func secretPlaces(t *testing.T, dir string) {
	t.Helper()
	for name, text := range map[string]string{
		"etc/nginx/site.conf":       "ssl_certificate_key /etc/k.pem;\nssl_password_file PASS;\nproxy_set_header Authorization PASS;\n",
		"etc/postfix/main.cf":       "smtpd_tls_cert_file=/etc/a.pem\nsmtp_sasl_password_maps = static:user:PASS\n",
		"etc/haproxy/haproxy.cfg":   "bind :1 ssl crt /etc/a.pem\nuser x insecure-password PASS\nstats auth a:PASS\n",
		"etc/apache2/site.conf":     "SSLCertificateFile /etc/a.pem\nSSLPassPhraseDialog |/bin/echo PASS\nSSLSRPUserSeed PASS\n",
		"etc/java/java.security":    "security.provider.1=SUN\nkeystore.type=jks\nkeystore.password=PASS\n",
		"etc/ssl/openssl.cnf":       "[req]\noutput_password = PASS\n[system_default_sect]\nMinProtocol = TLSv1.2\n",
		"etc/systemd/x.service":     "[Service]\nExecStart=/bin/x --key=/etc/b.key --password=PASS --pass PASS\nEnvironment=P=PASS\n",
		"etc/ssh/sshd_config":       "Ciphers aes256-ctr\nHostKey /etc/k\nBanner PASS\nForceCommand echo PASS\n",
		"etc/crypto-policies/state": "PASS\n",
	} {
		path := filepath.Join(dir, name)
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		if err == nil {
			err = os.WriteFile(path, []byte(strings.ReplaceAll(text, "PASS", testPassword)), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	lab.RunIn(t, dir, "sh", "-ec", `printf '%s\n' "$1" >../phrase; mkdir nss
"$2" -N -d sql:nss -f ../phrase
"$3" -i rsa.p12 -d sql:nss -k ../phrase -w ../phrase
printf 'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {key: %s, password: %s}\n' "$(base64 -w0 rsa.pem)" "$(base64 -w0 ../phrase)" >secret.yaml
tar cf - *.pem *.p8 *.p12 *.JKS secret.yaml nss etc | "$4" -q >all.tar.zst
tar czf all.tgz *.pem *.p8 *.p12 *.JKS secret.yaml nss etc
"$5" -q -r all.zip *.pem *.p8 *.p12 *.JKS secret.yaml nss etc
rm ../phrase`, "sh", testPassword, lab.Program(t, "certutil"), lab.Program(t, "pk12util"), lab.Program(t, "zstd"), lab.Program(t, "zip"))
}

// hide adds what gives a value away: pieces of it, raw, in hex and in base64
// at every alignment.
func hide(needles map[string]string, name string, value []byte) {
	const piece = 12
	for _, at := range []int{0, len(value) / 2, len(value) - piece} {
		at = min(at, len(value)-piece)
		part := value[at : at+piece]
		name := fmt.Sprintf("%s from byte %d", name, at)
		needles[name+" raw"] = string(part)
		needles[name+" in hex"] = hex.EncodeToString(part)
		needles[name+" in HEX"] = strings.ToUpper(hex.EncodeToString(part))
		for shift := range 3 {
			needles[fmt.Sprint(name, " in base64, shifted by ", shift)] = base64.StdEncoding.EncodeToString(part[shift : shift+9])
		}
	}
}

package certstore_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/certstore"
)

// TestRoles: what looks like a root is told from what a server shows. The
// certificates are openssl's, the stores openssl's and keytool's.
func TestRoles(t *testing.T) {
	dir := t.TempDir()
	selfSigned := func(name string, extensions ...string) {
		args := []string{"req", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha1", "-keyout", name + ".key", "-out", name + ".crt", "-subj", "/CN=" + name}
		for _, e := range extensions {
			args = append(args, "-addext", e)
		}
		run(t, dir, "openssl", args...)
	}
	selfSigned("plain") // CA:TRUE, which openssl's own settings add, and no usage
	selfSigned("named", "subjectAltName=DNS:www.example.com")
	selfSigned("mail", "subjectAltName=email:ca@example.com", "keyUsage=critical,keyCertSign,cRLSign,digitalSignature")
	selfSigned("tls", "extendedKeyUsage=serverAuth", "keyUsage=keyCertSign")
	selfSigned("encipher", "keyUsage=keyEncipherment,keyCertSign")
	selfSigned("root", "keyUsage=critical,keyCertSign,cRLSign")
	run(t, dir, "openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=leaf")
	run(t, dir, "openssl", "x509", "-req", "-in", "leaf.csr", "-CA", "plain.crt", "-CAkey", "plain.key", "-CAcreateserial", "-out", "leaf.crt")
	run(t, dir, "openssl", "req", "-x509", "-new", "-key", "root.key", "-out", "renewed.crt", "-subj", "/CN=root")
	for _, kind := range []string{"JKS", "PKCS12"} {
		run(t, dir, "keytool", "-importcert", "-noprompt", "-storetype", kind, "-keystore", "trust."+kind, "-storepass", "changeit", "-alias", "a", "-file", "named.crt")
	}
	run(t, dir, "openssl", "pkcs12", "-export", "-in", "root.crt", "-inkey", "root.key", "-out", "own.p12", "-passout", "pass:changeit", "-name", "own")
	run(t, dir, "openssl", "pkcs12", "-export", "-in", "named.crt", "-inkey", "named.key", "-out", "locked.p12", "-passout", "pass:xyzzy", "-certpbe", "NONE", "-nomac", "-name", "own")
	run(t, dir, "keytool", "-importkeystore", "-srckeystore", "own.p12", "-srcstoretype", "PKCS12", "-srcstorepass", "changeit",
		"-destkeystore", "own.jks", "-deststoretype", "JKS", "-deststorepass", "xyzzy1", "-destkeypass", "xyzzy1")

	pem := func(names ...string) string {
		var text strings.Builder
		for _, name := range names {
			text.Write(read(t, dir+"/"+name))
		}
		return text.String()
	}
	secret := func(kind string, values ...string) string {
		text := "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\ntype: " + kind + "\ndata:\n"
		for i := 0; i < len(values); i += 2 {
			text += "  " + values[i] + ": " + base64.StdEncoding.EncodeToString([]byte(pem(values[i+1]))) + "\n"
		}
		return text
	}
	const anchor, endEntity = scanner.RoleAnchor + " ", scanner.RoleEndEntity + " "
	for _, tt := range []struct{ name, path, text, want string }{
		{"as openssl makes it", "c.pem", pem("plain.crt"), endEntity + scanner.RoleByNothing},
		{"names a host", "c.pem", pem("named.crt"), endEntity + scanner.RoleByNames},
		{"a root with an address for mail", "c.pem", pem("mail.crt"), anchor + scanner.RoleByUsage},
		{"for servers", "c.pem", pem("tls.crt"), endEntity + scanner.RoleByUsage},
		{"for key transport", "c.pem", pem("encipher.crt"), endEntity + scanner.RoleByUsage},
		{"to sign certificates", "c.pem", pem("root.crt"), anchor + scanner.RoleByUsage},
		{"with its key", "c.pem", pem("root.crt", "root.key"), endEntity + scanner.RoleByKey},
		{"with its key, and renewed", "c.pem", pem("root.crt", "renewed.crt", "root.key"), endEntity + scanner.RoleByKey + ", " + endEntity + scanner.RoleByKey},
		{"with another's key", "c.pem", pem("root.crt", "plain.key"), anchor + scanner.RoleByUsage},
		{"above a leaf", "c.pem", pem("leaf.crt", "plain.crt"), scanner.RoleEndEntity + ", " + anchor + scanner.RoleByIssued},
		{"bundle", "c.pem", pem("plain.crt", "named.crt"), anchor + scanner.RoleByStore + ", " + anchor + scanner.RoleByStore},
		{"bundle with a key", "c.pem", pem("plain.crt", "named.crt", "named.key"), anchor + scanner.RoleByStore + ", " + endEntity + scanner.RoleByKey},
		{"where Debian keeps roots", "usr/share/ca-certificates/x.crt", pem("plain.crt"), anchor + scanner.RoleByStore},
		{"TLS Secret", "s.yaml", secret("kubernetes.io/tls", "tls.crt", "root.crt", "tls.key", "root.key"), endEntity + scanner.RoleByKey},
		{"TLS Secret with its key elsewhere", "s.yaml", secret("kubernetes.io/tls", "tls.crt", "root.crt"), endEntity + scanner.RoleBySecret},
		{"CA beside a TLS Secret's own", "s.yaml", secret("kubernetes.io/tls", "ca.crt", "named.crt", "tls.crt", "leaf.crt"), anchor + scanner.RoleByStore + ", " + scanner.RoleEndEntity},
		{"TLS Secret whose own is its CA", "s.yaml", secret("kubernetes.io/tls", "ca.crt", "named.crt", "tls.crt", "named.crt"), endEntity + scanner.RoleBySecret},
		{"another Secret", "s.yaml", secret("Opaque", "tls.crt", "root.crt"), anchor + scanner.RoleByUsage},
		{"trusted entry of JKS", "s.jks", pem("trust.JKS"), anchor + scanner.RoleByStore},
		{"trusted entry of PKCS#12", "s.p12", pem("trust.PKCS12"), anchor + scanner.RoleByStore},
		{"key entry of PKCS#12", "s.p12", pem("own.p12"), endEntity + scanner.RoleByKey},
		{"locked key entry of PKCS#12", "s.p12", pem("locked.p12"), endEntity + scanner.RoleByKey},
		{"locked key entry of JKS", "s.jks", pem("own.jks"), endEntity + scanner.RoleByKey},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := t.TempDir() + "/" + tt.path
			write(t, path, []byte(tt.text))
			var got []string
			for _, i := range probe(path).Store.Items {
				if i.Certificate != nil {
					got = append(got, strings.TrimSpace(i.Role+" "+i.RoleBy))
				}
			}
			if got := strings.Join(got, ", "); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestHashedRole: a link by which OpenSSL finds an anchor makes it one.
func TestHashedRole(t *testing.T) {
	dir := t.TempDir()
	run(t, dir, "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "/dev/null", "-out", "c.pem", "-subj", "/CN=w")
	role := func() string {
		return sweep(t, certstore.New(certstore.Options{}), dir)[0].Store.Items[0].RoleBy
	}
	if got := role(); got != scanner.RoleByNothing {
		t.Errorf("alone: by %s", got)
	}
	run(t, dir, "openssl", "rehash", ".")
	if got := role(); got != scanner.RoleByStore {
		t.Errorf("hashed: by %s", got)
	}
}

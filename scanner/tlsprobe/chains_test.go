package tlsprobe

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	xpkix "crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// An authority signs for tests.
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// signed makes a certificate for the key, by the authority or by itself.
func signed(t *testing.T, by *authority, name string, key crypto.Signer) *authority {
	t.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: serial, Subject: xpkix.Name{CommonName: name}, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}
	if strings.HasSuffix(name, "CA") {
		template.IsCA, template.KeyUsage = true, x509.KeyUsageCertSign
	} else {
		template.DNSNames, template.ExtKeyUsage = []string{name}, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	}
	if by == nil {
		by = &authority{template, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by.cert, key.Public(), by.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{cert, key}
}

func edKey(t *testing.T) crypto.Signer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// shows is the bytes of what a server sends.
func shows(list ...*authority) [][]byte {
	var all [][]byte
	for _, a := range list {
		all = append(all, a.cert.Raw)
	}
	return all
}

func pemFile(t *testing.T, name string, list ...*authority) string {
	t.Helper()
	var text []byte
	for _, der := range shows(list...) {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func keyFile(t *testing.T, key crypto.Signer) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// chainsOf tells each chain in a line: the name, the leaf's key, the way up,
// and whether the anchors trust it.
func chainsOf(t *testing.T, e scanner.Endpoint, roots ...*authority) []string {
	t.Helper()
	data, err := os.ReadFile(pemFile(t, "roots.pem", roots...))
	if err != nil {
		t.Fatal(err)
	}
	anchors, err := pkix.ParseAnchors("roots", data)
	if err != nil {
		t.Fatal(err)
	}
	o := New(new(dialer).dial, Options{Timeout: 5 * time.Second, Anchors: []*pkix.Anchors{anchors}}).Probe(t.Context(), e)
	if o.TLS == nil {
		t.Fatalf("no TLS observed: failure %+v", o.Failure)
	}
	same(t, "incomplete", []string(nil), incomplete(o))
	atFloor(t, o)
	var lines []string
	for _, c := range o.TLS.Chains {
		key := c.Certificates[0].Key
		trust := "unknown"
		if len(c.Trust) == 1 && c.Trust[0].Trusted != nil {
			trust = map[bool]string{true: "trusted", false: "not trusted"}[*c.Trust[0].Trusted]
		}
		lines = append(lines, fmt.Sprintf("%q %s%s %v %s", c.Name, key.Algorithm, strings.TrimPrefix(key.Curve, "secp"), c.Path, trust))
	}
	return sorted(lines)
}

// TestChainsOfNginx has another chain for each kind of key, with a name and
// without, in order and not.
func TestChainsOfNginx(t *testing.T) {
	root := signed(t, nil, "Root CA", ecKey(t, elliptic.P384()))
	inter := signed(t, root, "Inter CA", rsaKey(t))
	rsa, ec, ed := signed(t, inter, "lab.test", rsaKey(t)), signed(t, inter, "lab.test", ecKey(t, elliptic.P256())), signed(t, nil, "lab.test", edKey(t))
	otherRSA, otherEC, otherEd := signed(t, root, "other.test", rsaKey(t)), signed(t, root, "other.test", ecKey(t, elliptic.P384())), signed(t, inter, "other.test", edKey(t))
	certs := func(list ...string) (text string) {
		for i := 0; i < len(list); i += 2 {
			text += fmt.Sprintf("ssl_certificate %s; ssl_certificate_key %s; ", list[i], list[i+1])
		}
		return text
	}
	for _, protocols := range []string{"TLSv1.2", "TLSv1.3", "TLSv1.2 TLSv1.3"} {
		t.Run(protocols, func(t *testing.T) {
			common := "ssl; ssl_protocols " + protocols + "; "
			e := serveNginx(t, "default_server "+common+certs(pemFile(t, "a.pem", otherRSA), keyFile(t, otherRSA.key), pemFile(t, "b.pem", otherEd, inter), keyFile(t, otherEd.key), pemFile(t, "f.pem", otherEC), keyFile(t, otherEC.key))+
				"} server { listen 127.0.0.1:PORT "+common+"server_name lab.test; "+
				certs(pemFile(t, "c.pem", rsa, inter), keyFile(t, rsa.key), pemFile(t, "d.pem", ec, root, inter), keyFile(t, ec.key), pemFile(t, "e.pem", ed), keyFile(t, ed.key)))
			same(t, "chains", []string{
				`"" EC384r1 [0] trusted`, `"" Ed25519 [0 1] trusted`, `"" RSA [0] trusted`,
				`"lab.test" EC256r1 [0 2 1] trusted`, `"lab.test" Ed25519 [0] not trusted`, `"lab.test" RSA [0 1] trusted`,
			}, chainsOf(t, e, root))
		})
	}
}

// TestChainsOfOpenSSL has s_server's second context, which only its name gets.
func TestChainsOfOpenSSL(t *testing.T) {
	lab.Program(t, "openssl")
	root := signed(t, nil, "Root CA", ecKey(t, elliptic.P384()))
	inter := signed(t, root, "Inter CA", ecKey(t, elliptic.P256()))
	rsa, ec, named := signed(t, inter, "lab.test", rsaKey(t)), signed(t, root, "lab.test", ecKey(t, elliptic.P384())), signed(t, root, "lab.test", edKey(t))
	e := serveOpenSSL(t, "-cert", pemFile(t, "a.pem", rsa), "-cert_chain", pemFile(t, "chain.pem", inter), "-key", keyFile(t, rsa.key),
		"-dcert", pemFile(t, "b.pem", ec), "-dkey", keyFile(t, ec.key),
		"-servername", "lab.test", "-cert2", pemFile(t, "c.pem", named), "-key2", keyFile(t, named.key))
	same(t, "chains", []string{`"" EC384r1 [0] trusted`, `"" RSA [0 1] trusted`, `"lab.test" Ed25519 [0] trusted`}, chainsOf(t, e, root))
}

// TestKnownChainFirst: that the chain first shown without a name is known does
// not end the questions.
func TestKnownChainFirst(t *testing.T) {
	root := signed(t, nil, "Root CA", ecKey(t, elliptic.P384()))
	served := func(a *authority) tls.Certificate {
		return tls.Certificate{Certificate: shows(a), PrivateKey: a.key}
	}
	both, ec, other := signed(t, root, "lab.test", rsaKey(t)), signed(t, root, "lab.test", ecKey(t, elliptic.P256())), signed(t, root, "other.test", ecKey(t, elliptic.P384()))
	for _, max := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		named := &tls.Config{MinVersion: max, MaxVersion: max, Certificates: []tls.Certificate{served(both), served(ec)}}
		base := &tls.Config{MinVersion: max, MaxVersion: max, Certificates: []tls.Certificate{served(both), served(other)}, GetConfigForClient: func(i *tls.ClientHelloInfo) (*tls.Config, error) {
			if i.ServerName != "" {
				return named, nil
			}
			return nil, nil
		}}
		same(t, "chains", []string{`"" EC384r1 [0] trusted`, `"lab.test" EC256r1 [0] trusted`, `"lab.test" RSA [0] trusted`},
			chainsOf(t, endpoint(serveTLS(t, base), "lab.test"), root))
	}
}

// TestOneCurveWithoutName: two keys of one kind, on two curves, as only TLS 1.3
// tells apart, and each site has its own.
func TestOneCurveWithoutName(t *testing.T) {
	root := signed(t, nil, "Root CA", ecKey(t, elliptic.P384()))
	pair := func(name string) []tls.Certificate {
		var list []tls.Certificate
		for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384()} {
			a := signed(t, root, name, ecKey(t, curve))
			list = append(list, tls.Certificate{Certificate: shows(a), PrivateKey: a.key.(*ecdsa.PrivateKey)})
		}
		return list
	}
	named := &tls.Config{MinVersion: tls.VersionTLS13, Certificates: pair("lab.test")}
	base := &tls.Config{MinVersion: tls.VersionTLS13, Certificates: pair("other.test"), GetConfigForClient: func(i *tls.ClientHelloInfo) (*tls.Config, error) {
		if i.ServerName != "" {
			return named, nil
		}
		return nil, nil
	}}
	same(t, "chains", []string{`"" EC256r1 [0] trusted`, `"" EC384r1 [0] trusted`, `"lab.test" EC256r1 [0] trusted`, `"lab.test" EC384r1 [0] trusted`},
		chainsOf(t, endpoint(serveTLS(t, base), "lab.test"), root))
}

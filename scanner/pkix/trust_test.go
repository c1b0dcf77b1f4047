package pkix_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	xpkix "crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// An entity is a certificate and its key.
type entity struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func moment(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return t
}

// issue makes a certificate for the name, by the issuer or by itself, valid
// from 2020 to 2030 unless edit says otherwise.
func issue(t testing.TB, name string, by *entity, edit func(*x509.Certificate)) *entity {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: serial, Subject: xpkix.Name{CommonName: name}, NotBefore: moment("2020-01-01"), NotAfter: moment("2030-01-01"), BasicConstraintsValid: true}
	if strings.HasSuffix(name, "CA") {
		template.IsCA, template.KeyUsage = true, x509.KeyUsageCertSign
	} else {
		template.DNSNames, template.ExtKeyUsage = []string{name}, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	}
	if edit != nil {
		edit(template)
	}
	e := &entity{key: key}
	if by == nil {
		by = &entity{template, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by.cert, &key.PublicKey, by.key)
	if err != nil {
		t.Fatal(err)
	}
	if e.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return e
}

// raw is the certificates as they are shown.
func raw(list ...*entity) [][]byte {
	var all [][]byte
	for _, e := range list {
		all = append(all, e.cert.Raw)
	}
	return all
}

func bundle(list ...*entity) []byte {
	var text []byte
	for _, e := range list {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: e.cert.Raw})...)
	}
	return text
}

// opensslTrusts asks openssl verify the same.
func opensslTrusts(t *testing.T, dir string, anchors, chain []byte, leaf *entity, at time.Time) bool {
	t.Helper()
	write(t, dir, "anchors.pem", string(anchors))
	write(t, dir, "chain.pem", string(chain))
	write(t, dir, "leaf.pem", string(bundle(leaf)))
	cmd := exec.Command(lab.Program(t, "openssl"), "verify", "-no-CApath", "-no-CAstore", "-partial_chain", "-CAfile", filepath.Join(dir, "anchors.pem"), "-untrusted", filepath.Join(dir, "chain.pem"),
		"-purpose", "sslserver", "-attime", strconv.FormatInt(at.Unix(), 10), filepath.Join(dir, "leaf.pem"))
	return cmd.Run() == nil
}

func TestTrust(t *testing.T) {
	root, other := issue(t, "Root CA", nil, nil), issue(t, "Other CA", nil, nil)
	inter := issue(t, "Inter CA", root, nil)
	second := issue(t, "Second CA", inter, nil)
	leaf, deep := issue(t, "leaf.test", inter, nil), issue(t, "deep.test", second, nil)
	stray := issue(t, "stray.test", other, nil)
	// The same name and key below another root.
	cross := &entity{key: inter.key}
	der, err := x509.CreateCertificate(rand.Reader, inter.cert, other.cert, &inter.key.PublicKey, other.key)
	if err != nil {
		t.Fatal(err)
	}
	if cross.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	// And below one that ends earlier.
	soonRoot := issue(t, "Soon CA", nil, func(c *x509.Certificate) { c.NotAfter = moment("2027-06-01") })
	soon := &entity{key: inter.key}
	if der, err = x509.CreateCertificate(rand.Reader, inter.cert, soonRoot.cert, &inter.key.PublicKey, soonRoot.key); err != nil {
		t.Fatal(err)
	}
	if soon.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	short := issue(t, "Short CA", root, func(c *x509.Certificate) { c.NotBefore, c.NotAfter = moment("2021-01-01"), moment("2022-01-01") })
	late := issue(t, "late.test", short, func(c *x509.Certificate) { c.NotBefore = moment("2023-01-01") })
	oldRoot := issue(t, "Old CA", nil, func(c *x509.Certificate) { c.NotAfter = moment("2021-06-01") })
	narrow := issue(t, "Narrow CA", root, func(c *x509.Certificate) {
		c.PermittedDNSDomains, c.PermittedDNSDomainsCritical = []string{"good.test"}, true
	})
	flat := issue(t, "Flat CA", root, func(c *x509.Certificate) { c.MaxPathLen, c.MaxPathLenZero = 0, true })
	client := issue(t, "client.test", inter, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })
	expired := issue(t, "expired.test", inter, func(c *x509.Certificate) { c.NotAfter = moment("2024-01-01") })
	shortLeaf := issue(t, "short.test", short, nil)

	further := issue(t, "Further CA", flat, nil)

	dir := t.TempDir()
	for _, row := range []struct {
		name        string
		anchors     []*entity
		chain       []*entity
		reason      string // "" for trusted
		from, until string
		path        []*entity
		nowNot      bool // trusted, but not at the moment
	}{
		{"in order", []*entity{root}, []*entity{leaf, inter}, "", "2020-01-01", "2030-01-01", []*entity{leaf, inter, root}, false},
		{"with its root", []*entity{root}, []*entity{leaf, inter, root}, "", "2020-01-01", "2030-01-01", []*entity{leaf, inter, root}, false},
		{"out of order", []*entity{root}, []*entity{deep, inter, second}, "", "2020-01-01", "2030-01-01", []*entity{deep, second, inter, root}, false},
		{"with strangers among it", []*entity{root}, []*entity{leaf, stray, other, inter, inter}, "", "2020-01-01", "2030-01-01", []*entity{leaf, inter, root}, false},
		{"one of two roots", []*entity{other, root}, []*entity{leaf, inter}, "", "2020-01-01", "2030-01-01", []*entity{leaf, inter, root}, false},
		{"across", []*entity{other}, []*entity{leaf, cross, inter}, "", "2020-01-01", "2030-01-01", []*entity{leaf, cross, other}, false},
		{"the path that holds longest, last", []*entity{soonRoot, root}, []*entity{leaf, soon, inter}, "", "2020-01-01", "2030-01-01", []*entity{leaf, inter, root}, false},
		{"the path that holds longest, first", []*entity{root, soonRoot}, []*entity{leaf, inter, soon}, "", "2020-01-01", "2030-01-01", []*entity{leaf, inter, root}, false},
		{"an intermediate as anchor", []*entity{inter}, []*entity{leaf}, "", "2020-01-01", "2030-01-01", []*entity{leaf, inter}, false},
		{"the leaf as anchor", []*entity{leaf}, []*entity{leaf}, "", "2020-01-01", "2030-01-01", []*entity{leaf}, false},
		{"the intermediate is missing", []*entity{root}, []*entity{leaf}, scanner.TrustUnknownAuthority, "", "", nil, false},
		{"one of two intermediates is missing", []*entity{root}, []*entity{deep, second}, scanner.TrustUnknownAuthority, "", "", nil, false},
		{"another root", []*entity{other}, []*entity{leaf, inter, root}, scanner.TrustUnknownAuthority, "", "", nil, false},
		{"a leaf that signed itself", []*entity{root}, []*entity{other}, scanner.TrustUnknownAuthority, "", "", nil, false},
		{"for clients", []*entity{root}, []*entity{client, inter}, scanner.TrustUsage, "", "", nil, false},
		{"a leaf as CA", []*entity{root}, []*entity{issue(t, "below.test", leaf, nil), leaf, inter}, scanner.TrustConstraint, "", "", nil, false},
		{"a name that is not permitted", []*entity{root}, []*entity{issue(t, "bad.test", narrow, nil), narrow}, scanner.TrustConstraint, "", "", nil, false},
		{"a name that is permitted", []*entity{root}, []*entity{issue(t, "a.good.test", narrow, nil), narrow}, "", "2020-01-01", "2030-01-01", nil, false},
		{"a path that is too long", []*entity{root}, []*entity{issue(t, "long.test", further, nil), further, flat}, scanner.TrustConstraint, "", "", nil, false},
		{"expired", []*entity{root}, []*entity{expired, inter}, "", "2020-01-01", "2024-01-01", []*entity{expired, inter, root}, true},
		{"the intermediate expired", []*entity{root}, []*entity{shortLeaf, short}, "", "2021-01-01", "2022-01-01", []*entity{shortLeaf, short, root}, true},
		{"the root expired", []*entity{oldRoot}, []*entity{issue(t, "was.test", oldRoot, nil)}, "", "2020-01-01", "2021-06-01", nil, true},
		{"on no day together", []*entity{root}, []*entity{late, short}, scanner.TrustExpired, "", "", nil, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			anchors, err := pkix.ParseAnchors("file", bundle(row.anchors...))
			if err != nil {
				t.Fatal(err)
			}
			now := moment("2026-11-25")
			got := anchors.Trust(raw(row.chain...), now)
			if later := anchors.Trust(raw(row.chain...), now.Add(time.Hour)); later.Detail != got.Detail {
				t.Errorf("an hour later %q, and before %q", later.Detail, got.Detail)
			}
			want := scanner.Trust{Anchors: "file", Trusted: new(bool), Reason: row.reason}
			if *want.Trusted = row.reason == ""; *want.Trusted {
				from, until := moment(row.from), moment(row.until)
				want.From, want.Until = &from, &until
			}
			for _, e := range row.path {
				want.Path = append(want.Path, scanner.Digest(e.cert.Raw))
			}
			if (got.Detail == "") != *want.Trusted {
				t.Errorf("detail %q", got.Detail)
			}
			if got.Detail = ""; row.path == nil {
				got.Path = nil
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if is := opensslTrusts(t, dir, bundle(row.anchors...), bundle(row.chain...), row.chain[0], now); is != (*want.Trusted && !row.nowNot) {
				t.Errorf("openssl verify trusts it at the moment: %v", is)
			}
			if row.nowNot && !opensslTrusts(t, dir, bundle(row.anchors...), bundle(row.chain...), row.chain[0], got.Until.Add(-time.Hour)) {
				t.Errorf("openssl verify does not trust it shortly before %s", got.Until)
			}
		})
	}
}

func TestPath(t *testing.T) {
	root := issue(t, "Root CA", nil, nil)
	inter, forged := issue(t, "Inter CA", root, nil), issue(t, "Inter CA", root, nil)
	leaf, stray := issue(t, "leaf.test", inter, nil), issue(t, "stray.test", root, nil)
	for _, row := range []struct {
		name  string
		chain []*entity
		want  []int
	}{
		{"nothing", nil, nil},
		{"alone", []*entity{leaf}, []int{0}},
		{"in order", []*entity{leaf, inter, root}, []int{0, 1, 2}},
		{"without its root", []*entity{leaf, inter}, []int{0, 1}},
		{"out of order", []*entity{leaf, root, inter}, []int{0, 2, 1}},
		{"a stranger first", []*entity{leaf, stray, inter}, []int{0, 2}},
		{"twice", []*entity{leaf, inter, inter, root}, []int{0, 1, 3}},
		{"another key of the same name", []*entity{leaf, forged, inter}, []int{0, 2}},
		{"only another key of the same name", []*entity{leaf, forged, root}, []int{0}},
		{"the root first", []*entity{root, inter}, []int{0}},
		{"a gap", []*entity{leaf, root}, []int{0}},
	} {
		if diff := cmp.Diff(row.want, pkix.Path(raw(row.chain...))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.name, diff)
		}
	}
	// One of that name whose signature nobody can check stands nearer.
	unknown := xpkix.AlgorithmIdentifier{Algorithm: oid("2.16.840.1.101.3.4.3.17")}
	nearer := assembled(t, unknown, unknown, func(b *tbs) { b.Subject.FullBytes = inter.cert.RawSubject })
	for _, row := range []struct {
		chain [][]byte
		want  []int
	}{{[][]byte{leaf.cert.Raw, nearer, inter.cert.Raw}, []int{0, 2}}, {[][]byte{leaf.cert.Raw, nearer}, []int{0, 1}}} {
		if diff := cmp.Diff(row.want, pkix.Path(row.chain)); diff != "" {
			t.Errorf("beside one that cannot be checked (-want +got):\n%s", diff)
		}
	}
	if diff := cmp.Diff([]int{0}, pkix.Path([][]byte{{1, 2}, root.cert.Raw})); diff != "" {
		t.Errorf("a leaf that is none: %s", diff)
	}
}

// TestTrustTellsDates: of a path that no moment makes whole, the certificate's
// date is told and not the moment at which it was looked at.
func TestTrustTellsDates(t *testing.T) {
	root := issue(t, "Root CA", nil, nil)
	anchors, err := pkix.ParseAnchors("file", bundle(root))
	if err != nil {
		t.Fatal(err)
	}
	old := issue(t, "Old CA", root, func(c *x509.Certificate) { c.NotAfter = moment("2022-01-01") })
	late := issue(t, "late.test", old, func(c *x509.Certificate) { c.NotBefore, c.NotAfter = moment("2023-01-01"), moment("2024-01-01") })
	chain := raw(late, old)
	for at, want := range map[string]string{
		"2020-06-01": "its time begins at 2023-01-01T00:00:00Z",
		"2023-06-01": "its time ended at 2022-01-01T00:00:00Z",
		"2026-11-25": "its time ended at 2024-01-01T00:00:00Z",
	} {
		got := anchors.Trust(chain, moment(at))
		if got.Reason != scanner.TrustExpired || !strings.Contains(got.Detail, want) || strings.Contains(got.Detail, "current time") {
			t.Errorf("at %s: %s, %q, want %q", at, got.Reason, got.Detail, want)
		}
	}
}

func TestAnchorsRefused(t *testing.T) {
	root := issue(t, "Root CA", nil, nil)
	broken := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte{0x30, 0}}))
	for _, row := range []struct{ name, text, want string }{
		{"empty", "", "f: holds no certificate"},
		{"no PEM", "hello", "f: holds no certificate"},
		{"a key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "f: holds no certificate"},
		{"a broken one", string(bundle(root)) + broken + broken, "f: certificate 2 cannot be an anchor, take it out"},
		{"each is told", broken + broken, "f: certificate 2 cannot"},
	} {
		if _, err := pkix.ParseAnchors("f", []byte(row.text)); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", row.name, err, row.want)
		}
	}
	for name, data := range map[string][]byte{"DER": root.cert.Raw, "text around": append([]byte("Subject: x\n"), bundle(root)...)} {
		a, err := pkix.ParseAnchors("f", data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := a.Trust(raw(root), moment("2026-01-01")); got.Trusted == nil || !*got.Trusted {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if pkix.SystemAnchors(x509.NewCertPool()) != nil || pkix.SystemAnchors(nil) != nil {
		t.Error("an empty pool says something")
	}
}

// TestTrustOfOddChains: what Go's library cannot verify is neither trusted nor
// not, and a signature that it declines is told as such.
func TestTrustOfOddChains(t *testing.T) {
	dir := t.TempDir()
	openssl(t, dir, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "root.key", "-subj", "/CN=Root CA", "-days", "3650", "-out", "root.pem")
	openssl(t, dir, "req", "-x509", "-newkey", "ed448", "-nodes", "-keyout", "448.key", "-subj", "/CN=448 CA", "-days", "3650", "-out", "448.pem")
	openssl(t, dir, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1", "-nodes", "-keyout", "bp.key", "-subj", "/CN=BP CA", "-days", "3650", "-out", "bp.pem")
	openssl(t, dir, "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "leaf.key", "-subj", "/CN=leaf.test", "-out", "req.pem")
	write(t, dir, "ext", "subjectAltName=DNS:leaf.test\nextendedKeyUsage=serverAuth\n")
	sign := func(ca, out string, more ...string) []byte {
		openssl(t, dir, append([]string{"x509", "-req", "-in", "req.pem", "-CA", ca + ".pem", "-CAkey", ca + ".key", "-set_serial", "77", "-days", "100", "-extfile", "ext", "-out", out}, more...)...)
		return der(t, filepath.Join(dir, out))
	}
	root, ca448, bp := der(t, filepath.Join(dir, "root.pem")), der(t, filepath.Join(dir, "448.pem")), der(t, filepath.Join(dir, "bp.pem"))
	anchors, err := pkix.ParseAnchors("file", append(pemOf(root), pemOf(ca448)...))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for _, row := range []struct {
		name   string
		chain  [][]byte
		reason string
		known  bool
	}{
		{"SHA-256", [][]byte{sign("root", "a.pem", "-sha256")}, "", true},
		{"SHA-1", [][]byte{sign("root", "b.pem", "-sha1")}, scanner.TrustInsecureSignature, true},
		{"Ed448", [][]byte{sign("448", "c.pem")}, scanner.TrustUncomputable, false},
		{"a curve that Go lacks", [][]byte{sign("bp", "d.pem"), bp}, scanner.TrustUncomputable, false},
		{"a leaf on a curve that Go lacks", [][]byte{bp}, scanner.TrustUncomputable, false},
		{"no certificate", [][]byte{{0x30, 0}}, scanner.TrustUncomputable, false},
		{"nothing", nil, scanner.TrustUncomputable, false},
	} {
		got := anchors.Trust(row.chain, now)
		if got.Reason != row.reason || (got.Trusted != nil) != row.known || got.Trusted != nil && *got.Trusted != (row.reason == "") {
			t.Errorf("%s: %+v", row.name, got)
		}
	}
}

func pemOf(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func FuzzAnchors(f *testing.F) {
	root := issue(f, "Root CA", nil, nil)
	leaf := issue(f, "leaf.test", root, nil)
	anchors, err := pkix.ParseAnchors("file", bundle(root))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(bundle(root), leaf.cert.Raw, root.cert.Raw)
	f.Fuzz(func(t *testing.T, text, first, second []byte) {
		_, _ = pkix.ParseAnchors("f", text)
		path := pkix.Path([][]byte{first, second, leaf.cert.Raw})
		if len(path) == 0 || path[0] != 0 {
			t.Errorf("path %v", path)
		}
		got := anchors.Trust([][]byte{first, second}, moment("2026-01-01"))
		if got.Trusted == nil && got.Reason == "" {
			t.Errorf("%+v", got)
		}
	})
}

// BenchmarkTrust is the worst case of a plain chain: its authority is not
// known, and each date is tried.
func BenchmarkTrust(b *testing.B) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		b.Fatal(err)
	}
	anchors := pkix.SystemAnchors(pool)
	if anchors == nil {
		lab.Absent(b, "no trust store on this machine: apt-get install ca-certificates")
	}
	inter := issue(b, "Inter CA", issue(b, "Root CA", nil, nil), nil)
	chain := raw(issue(b, "leaf.test", inter, nil), inter)
	for b.Loop() {
		anchors.Trust(chain, moment("2026-01-01"))
	}
}

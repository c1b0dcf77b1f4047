package fips_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

// goodLeaf is a certificate with which nothing is wrong.
func goodLeaf() scanner.Certificate {
	return scanner.Certificate{
		SHA256: "leaf", Subject: "CN=www.example", Issuer: "CN=Issuer", Serial: "0a1b2c3d4e5f60718293", Version: 3,
		NotBefore: day("2026-06-01"), NotAfter: day("2026-12-01"), SignatureOID: "1.2.840.10045.4.3.2", SignatureAlgorithm: "ecdsa-with-SHA256",
		Key:   scanner.Key{Algorithm: "EC", Curve: "secp256r1", Bits: 256},
		Names: []string{"www.example"}, CommonName: "www.example", KeyUsage: []string{"digitalSignature"}, ExtKeyUsage: []string{"serverAuth"}, Revocation: true,
	}
}

// root is a trust anchor that signed itself with SHA-1.
func root() scanner.Certificate {
	return scanner.Certificate{
		SHA256: "root", Subject: "CN=Root", Issuer: "CN=Root", Serial: "01", Version: 3, CA: true, SelfSigned: true,
		NotBefore: day("2006-01-01"), NotAfter: day("2036-01-01"), SignatureOID: "1.2.840.113549.1.1.5", SignatureAlgorithm: "sha1WithRSAEncryption",
		Key: scanner.Key{Algorithm: "RSA", Bits: 4096, Exponent: "65537"}, KeyUsage: []string{"keyCertSign"},
	}
}

func served(name string, certs ...scanner.Certificate) func(*scanner.Observation) {
	return func(o *scanner.Observation) {
		o.Endpoint.Name = name
		o.TLS = &scanner.TLS{Chains: []scanner.Chain{{Version: "TLSv1.3", Name: name, Certificates: certs}}}
	}
}

func inFile(items ...scanner.Item) func(*scanner.Observation) {
	return func(o *scanner.Observation) { o.Store = &scanner.Store{Path: "/f", Mode: "0600", Items: items} }
}

func certItem(c scanner.Certificate) scanner.Item {
	return scanner.Item{Kind: scanner.ItemCertificate, SHA256: c.SHA256, Certificate: &c}
}

// property strips what every good leaf gets, so that a row tells what it is about.
func about(a fips.Assessment) []string {
	return slices.DeleteFunc(told(a), func(s string) bool {
		return slices.Contains([]string{
			"certificate-property/sigalg:ecdsa-with-SHA256 approved", "public-key/EC-P-256 approved", "certificate-property/no-pqc-path approved",
		}, s)
	})
}

// Each row is a property that is caught when the certificate has it, and is
// left alone in the good leaf of the first row.
func TestServedCertificate(t *testing.T) {
	tests := []struct {
		name   string
		asked  string
		change func(*scanner.Certificate)
		want   []string
	}{
		{"good", "www.example", func(*scanner.Certificate) {}, nil},
		{"expired the day before", "", func(c *scanner.Certificate) { c.NotAfter = day("2026-11-21") }, []string{"certificate-property/expired disallowed"}},
		{"ends on the day", "", func(c *scanner.Certificate) { c.NotAfter = day("2026-11-22") }, nil},
		{"begins on the day", "", func(c *scanner.Certificate) { c.NotBefore = day("2026-11-22").Add(23 * 3600e9) }, nil},
		{"begins the day after", "", func(c *scanner.Certificate) { c.NotBefore = day("2026-11-23") }, []string{"certificate-property/not-yet-valid disallowed"}},
		{"valid for 1096 days", "", func(c *scanner.Certificate) { c.NotAfter = c.NotBefore.AddDate(0, 0, 1096) }, nil},
		{"valid for 1097 days", "", func(c *scanner.Certificate) { c.NotAfter = c.NotBefore.AddDate(0, 0, 1097) }, []string{"certificate-property/validity-over-3-years deprecated"}},
		{"another name", "other.example", func(*scanner.Certificate) {}, []string{"certificate-property/hostname-mismatch disallowed"}},
		{"no alternative name, common name fits", "www.example", func(c *scanner.Certificate) { c.Names = nil }, []string{"certificate-property/no-san deprecated"}},
		{"no name that fits", "other.example", func(c *scanner.Certificate) { c.Names = []string{"email:a@example"} },
			[]string{"certificate-property/hostname-mismatch disallowed", "certificate-property/no-san deprecated"}},
		{"wildcard", "www.example.org", func(c *scanner.Certificate) { c.Names = []string{"*.example.org"} }, []string{"certificate-property/wildcard approved"}},
		{"wildcard two labels deep", "a.www.example.org", func(c *scanner.Certificate) { c.Names = []string{"*.example.org"} },
			[]string{"certificate-property/hostname-mismatch disallowed", "certificate-property/wildcard approved"}},
		{"signed by itself", "", func(c *scanner.Certificate) { c.SelfSigned, c.Revocation = true, false }, []string{"certificate-property/self-signed-leaf not-approved"}},
		{"CA bit", "", func(c *scanner.Certificate) { c.CA = true }, []string{"certificate-property/leaf-with-ca-bit not-approved"}},
		{"no revocation pointer", "", func(c *scanner.Certificate) { c.Revocation = false }, []string{"certificate-property/no-revocation-pointer deprecated"}},
		{"no revocation pointer, ten days", "", func(c *scanner.Certificate) {
			c.Revocation, c.NotBefore, c.NotAfter = false, day("2026-11-20"), day("2026-11-30")
		}, nil},
		{"no extended key usage", "", func(c *scanner.Certificate) { c.ExtKeyUsage = nil }, []string{"certificate-property/missing-key-usage deprecated"}},
		{"key usage without signatures", "", func(c *scanner.Certificate) { c.KeyUsage = []string{"keyEncipherment"} }, []string{"certificate-property/missing-key-usage deprecated"}},
		{"version 1", "", func(c *scanner.Certificate) { c.Version, c.KeyUsage, c.ExtKeyUsage = 1, nil, nil }, []string{"certificate-property/x509-v1 deprecated"}},
		{"short serial", "", func(c *scanner.Certificate) { c.Serial = "1234" }, []string{"certificate-property/serial-short-or-negative deprecated"}},
		{"negative serial", "", func(c *scanner.Certificate) { c.Serial = "-0a1b2c3d4e5f60718293" }, []string{"certificate-property/serial-short-or-negative deprecated"}},
		{"SHA-1, by name only", "", func(c *scanner.Certificate) { c.SignatureOID, c.SignatureAlgorithm = "", "sha1WithRSAEncryption" },
			[]string{"certificate-property/sigalg:sha1WithRSAEncryption#signature-generation disallowed"}},
		{"SHA-1 of a leaf that signed itself as a CA", "", func(c *scanner.Certificate) {
			c.SignatureOID, c.SignatureAlgorithm, c.SelfSigned, c.CA = "1.2.840.113549.1.1.5", "sha1WithRSAEncryption", true, true
		}, []string{"certificate-property/leaf-with-ca-bit not-approved", "certificate-property/self-signed-leaf not-approved", "certificate-property/sigalg:sha1WithRSAEncryption#signature-generation disallowed"}},
		{"a signature nobody knows", "", func(c *scanner.Certificate) { c.SignatureOID, c.SignatureAlgorithm = "1.2.3.4", "" },
			[]string{"? certificate-property 1.2.3.4 unclassified"}},
		{"refused, and readable in part", "", func(c *scanner.Certificate) { c.Problem = "x509: malformed" }, []string{"? certificate not parsed unclassified"}},
		{"unreadable", "", func(c *scanner.Certificate) { *c = scanner.Certificate{SHA256: "x", Problem: "truncated"} }, []string{"? certificate not parsed unclassified"}},
	}
	j := judge(t, today)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := goodLeaf()
			tt.change(&c)
			if diff := cmp.Diff(tt.want, about(on(j, served(tt.asked, c))), cmp.Transformer("nil", func(s []string) string { return strings.Join(s, "\n") })); diff != "" {
				t.Errorf("rulings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSignature(t *testing.T) {
	tests := []struct {
		name string
		pss  *scanner.PSS
		want string
	}{
		{"PSS", &scanner.PSS{Hash: "SHA-256", MGFHash: "SHA-256", SaltLen: 32}, "certificate-property/sigalg:rsassaPss approved"},
		{"PSS, absent parameters", &scanner.PSS{Hash: "SHA-1", MGFHash: "SHA-1", SaltLen: 20, Defaults: true}, "certificate-property/sigalg:rsassaPss-default-parameters disallowed"},
		{"PSS, SHA-1 written out", &scanner.PSS{Hash: "SHA-1", MGFHash: "SHA-1", SaltLen: 20}, "hash/SHA-1#signature-generation disallowed"},
		{"PSS, long salt", &scanner.PSS{Hash: "SHA-256", MGFHash: "SHA-256", SaltLen: 33}, "certificate-property/sigalg:rsassaPss-long-salt not-approved"},
		{"PSS, two hashes", &scanner.PSS{Hash: "SHA-256", MGFHash: "SHA-1", SaltLen: 32}, "? certificate-property rsassaPss unclassified"},
		{"PSS, no readable hash", &scanner.PSS{}, "? certificate-property rsassaPss unclassified"},
	}
	j := judge(t, today)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := goodLeaf()
			c.SignatureOID, c.SignatureAlgorithm, c.PSS = "1.2.840.113549.1.1.10", "rsassaPss", tt.pss
			if got := about(on(j, served("", c))); len(got) != 1 || got[0] != tt.want {
				t.Errorf("got %v, want %s", got, tt.want)
			}
		})
	}
}

// The one named exception: the self-signature of a trust anchor is ruled on
// and makes no finding.
func TestTrustAnchor(t *testing.T) {
	const anchored = "certificate-property/sha1-self-signed-trust-anchor legacy-use"
	j := judge(t, today)
	for name, fill := range map[string]func(*scanner.Observation){
		"in a file": inFile(certItem(root())), "above a leaf": served("", goodLeaf(), root()),
	} {
		a := on(j, fill)
		if !slices.Contains(told(a), anchored) || len(a.Findings) != 0 || a.Worst != fips.Approved {
			t.Errorf("%s: %v, worst %s, %d findings", name, told(a), a.Worst, len(a.Findings))
		}
	}

	intermediate := root()
	intermediate.Issuer, intermediate.SelfSigned, intermediate.Serial = "CN=Other", false, "0a1b2c3d4e5f60718293"
	old := root()
	old.NotAfter = day("2020-01-01")
	v1 := root()
	v1.Version, v1.CA = 1, false
	md5 := root()
	md5.SignatureOID, md5.SignatureAlgorithm = "1.2.840.113549.1.1.4", "md5WithRSAEncryption"
	small := root()
	small.Key.Bits = 1024
	const key = "public-key/RSA-3072-7679 approved"
	const sha1 = "certificate-property/sigalg:sha1WithRSAEncryption#signature-generation disallowed"
	shown := func(c scanner.Certificate) func(*scanner.Observation) {
		item := certItem(c)
		item.Role, item.RoleBy = scanner.RoleEndEntity, scanner.RoleByNothing
		return inFile(item)
	}
	trusted := certItem(root())
	trusted.Role, trusted.RoleBy = scanner.RoleAnchor, scanner.RoleByStore
	tests := []struct {
		name string
		fill func(*scanner.Observation)
		want []string
	}{
		{"an intermediate is none", inFile(certItem(intermediate)), []string{"certificate-property/sigalg:sha1WithRSAEncryption#signature-generation disallowed", key}},
		{"an expired root is told", inFile(certItem(old)), []string{"certificate-property/expired disallowed", anchored, key}},
		{"a root of version 1", inFile(certItem(v1)), []string{anchored, key}},
		{"told to be a root", inFile(trusted), []string{anchored, key}},
		{"what may be a server's", shown(root()), []string{sha1, key}},
		{"what may be a server's, of version 1", shown(v1), []string{sha1, "certificate-property/x509-v1 deprecated", key}},
		{"MD5 is no part of the exception", inFile(certItem(md5)), []string{"certificate-property/sigalg:md5WithRSAEncryption disallowed", key}},
		{"nor is the key", inFile(certItem(small)), []string{anchored, "public-key/RSA-1024-2047#signature-generation disallowed"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, told(on(j, tt.fill))); diff != "" {
				t.Errorf("rulings (-want +got):\n%s", diff)
			}
		})
	}
}

// What is held for a server's says why, and its remedy is not that of roots.
func TestServersOwn(t *testing.T) {
	small := root()
	small.Key.Bits = 1024
	for by, want := range map[string]string{
		scanner.RoleByKey: "its private key lies beside it", scanner.RoleBySecret: "kubernetes.io/tls", scanner.RoleByNames: "names hosts",
		scanner.RoleByUsage: "usages", scanner.RoleByNothing: "the stricter reading holds",
	} {
		item := certItem(small)
		item.Role, item.RoleBy = scanner.RoleEndEntity, by
		a := on(judge(t, today), inFile(item))
		if len(a.Findings) != 2 || a.Findings[0].Subject.Name != "sha1WithRSAEncryption" || !strings.Contains(a.Findings[0].Because, want) {
			t.Errorf("%s: %v", by, a.Findings)
		}
		for _, f := range a.Findings {
			if strings.Contains(f.Remedy, "out of the store") {
				t.Errorf("%s: %s: %s", by, f.Subject.Name, f.Remedy)
			}
		}
	}
}

// Nobody renews a root that belongs to somebody else: in a file the remedy
// says what its holder can do. A served certificate, an intermediate and what a
// policy asks keep their words.
func TestRemedyOfRoots(t *testing.T) {
	old := root()
	old.NotAfter = day("2020-01-01")
	old.Key.Exponent = "3"
	between := old
	between.SelfSigned, between.Issuer, between.Serial = false, "CN=Other", "0a1b2c3d4e5f60718293"
	policy := under(t, today, nil, fips.Demand{ID: "x", Kinds: []string{"certificate-property"}, Names: []string{"expired"}, Status: fips.Disallowed, From: "2026-01-01"},
		fips.Demand{ID: "e", Kinds: []string{"public-key"}, Names: []string{"RSA-exponent-low"}, Status: fips.Disallowed})
	tests := []struct {
		name  string
		judge *fips.Judge
		fill  func(*scanner.Observation)
		want  map[string]string
	}{
		{"a root in a file", judge(t, today), inFile(certItem(old)), map[string]string{
			"certificate-property/expired": "Take it out of the store, or if the CA is yours: renew the certificate.",
			"public-key/RSA-exponent-low":  "Take it out of the store, or if the CA is yours: regenerate with exponent 65537."}},
		{"twice in it", judge(t, today), inFile(certItem(old), certItem(old)), map[string]string{"certificate-property/expired": "Take it out of the store, or if the CA is yours: renew the certificate."}},
		{"an intermediate", judge(t, today), inFile(certItem(between)), map[string]string{"certificate-property/expired": "Renew the certificate."}},
		{"a served root", judge(t, today), served("", goodLeaf(), old), map[string]string{"certificate-property/expired": "Renew the certificate."}},
		{"what a policy asks", policy, inFile(certItem(old)), map[string]string{"acme/e": "Do better."}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for rule, want := range tt.want {
				found := false
				for _, f := range on(tt.judge, tt.fill).Findings {
					if f.Rule == rule {
						found = true
						if f.Remedy != want {
							t.Errorf("%s: %q, want %q", rule, f.Remedy, want)
						}
					}
				}
				if !found {
					t.Errorf("no finding of %s", rule)
				}
			}
		})
	}
}

func TestChain(t *testing.T) {
	issuer := goodLeaf()
	issuer.SHA256, issuer.Subject, issuer.Issuer, issuer.CA = "issuer", "CN=Issuer", "CN=Root", true
	issuer.NotAfter = day("2032-01-01")
	rsa2048, rsa1024, notCA := issuer, issuer, issuer
	rsa2048.Key = scanner.Key{Algorithm: "RSA", Bits: 2048, Exponent: "65537"}
	rsa1024.Key = scanner.Key{Algorithm: "RSA", Bits: 1024, Exponent: "65537"}
	notCA.CA = false
	leaf := goodLeaf()
	leaf.NotBefore, leaf.NotAfter = day("2030-06-01"), day("2031-06-01")
	j := judge(t, today)
	for _, tt := range []struct {
		name         string
		judge        *fips.Judge
		leaf, issuer scanner.Certificate
		want         []string
	}{
		{"as it should be", j, goodLeaf(), issuer, nil},
		{"112 bits above 128, which are approved", j, goodLeaf(), rsa2048, []string{"public-key/RSA-2048-3071 approved"}},
		{"112 bits above 128, once they are deprecated", judge(t, "2031-01-01"), leaf, rsa2048, []string{"certificate-property/signature-weaker-than-key deprecated", "public-key/RSA-2048-3071 deprecated"}},
		{"80 bits above 128", j, goodLeaf(), rsa1024, []string{"certificate-property/signature-weaker-than-key deprecated", "public-key/RSA-1024-2047#signature-generation disallowed"}},
		{"issuer that is no CA", j, goodLeaf(), notCA, []string{"certificate-property/ca-without-ca-bit disallowed"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := about(on(tt.judge, served("www.example", tt.leaf, tt.issuer)))
			if strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
	a := on(j, served("www.example", goodLeaf(), issuer))
	for _, r := range a.Rulings {
		if want := map[string]string{"leaf": "TLSv1.3 leaf", "issuer": "TLSv1.3 issuer 1"}[r.Certificate]; len(r.Where) != 1 || r.Where[0] != want {
			t.Errorf("%s of %s is told at %v, want %s", r.Rule, r.Certificate, r.Where, want)
		}
	}
}

func TestKeys(t *testing.T) {
	const sign = "#signature-generation"
	tests := []struct {
		name string
		key  scanner.Key
		want string // rules and statuses, sorted
	}{
		{"RSA 512", scanner.Key{Algorithm: "RSA", Bits: 512, Exponent: "65537"}, "RSA-below-1024 disallowed"},
		{"RSA 1023", scanner.Key{Algorithm: "RSA", Bits: 1022, Exponent: "65537"}, "RSA-below-1024 disallowed"},
		{"RSA 1024", scanner.Key{Algorithm: "RSA", Bits: 1024, Exponent: "65537"}, "RSA-1024-2047" + sign + " disallowed"},
		{"RSA 2046", scanner.Key{Algorithm: "RSA", Bits: 2046, Exponent: "65537"}, "RSA-1024-2047" + sign + " disallowed"},
		{"RSA 2048", scanner.Key{Algorithm: "RSA", Bits: 2048, Exponent: "65537"}, "RSA-2048-3071 approved"},
		{"RSA 3072", scanner.Key{Algorithm: "RSA", Bits: 3072}, "RSA-3072-7679 approved"},
		{"RSA 8192", scanner.Key{Algorithm: "RSA", Bits: 8192}, "RSA-7680-15359 approved"},
		{"RSA 16384", scanner.Key{Algorithm: "RSA", Bits: 16384}, "RSA-15360-up approved"},
		{"RSA of odd length", scanner.Key{Algorithm: "RSA", Bits: 2049, Exponent: "65537"}, "RSA-2048-3071 approved, RSA-odd-length not-approved"},
		{"exponent 3", scanner.Key{Algorithm: "RSA", Bits: 2048, Exponent: "3"}, "RSA-2048-3071 approved, RSA-exponent-low not-approved"},
		{"exponent 1", scanner.Key{Algorithm: "RSA", Bits: 2048, Exponent: "1"}, "RSA-2048-3071 approved, RSA-exponent-low not-approved, RSA-exponent-one disallowed"},
		{"exponent 2", scanner.Key{Algorithm: "RSA", Bits: 2048, Exponent: "2"}, "RSA-2048-3071 approved, RSA-exponent-even disallowed, RSA-exponent-low not-approved"},
		{"exponent 0", scanner.Key{Algorithm: "RSA", Bits: 2048, Exponent: "0"}, "RSA-2048-3071 approved, RSA-exponent-even disallowed, RSA-exponent-low not-approved"},
		{"exponent 65535", scanner.Key{Algorithm: "RSA", Bits: 2048, Exponent: "65535"}, "RSA-2048-3071 approved, RSA-exponent-low not-approved"},
		{"exponent 65538", scanner.Key{Algorithm: "RSA", Bits: 2048, Exponent: "65538"}, "RSA-2048-3071 approved, RSA-exponent-even disallowed"},
		{"exponent 2^256 and one", scanner.Key{Algorithm: "RSA", Bits: 2048, Exponent: "115792089237316195423570985008687907853269984665640564039457584007913129639937"}, "RSA-2048-3071 approved, RSA-exponent-high not-approved"},
		{"exponent below 2^256", scanner.Key{Algorithm: "RSA", Bits: 2048, Exponent: "115792089237316195423570985008687907853269984665640564039457584007913129639935"}, "RSA-2048-3071 approved"},
		{"RSA without a size", scanner.Key{Algorithm: "RSA"}, "? RSA unclassified"},
		{"PSS 2048", scanner.Key{Algorithm: "RSASSA-PSS", Bits: 2048}, "RSASSA-PSS-key approved"},
		{"PSS 1024", scanner.Key{Algorithm: "RSASSA-PSS", Bits: 1024}, "RSA-1024-2047" + sign + " disallowed"},
		{"PSS 4096", scanner.Key{Algorithm: "RSASSA-PSS", Bits: 4096}, "RSA-3072-7679 approved"},
		{"P-192", scanner.Key{Algorithm: "EC", Curve: "secp192r1", Bits: 192}, "EC-P-192" + sign + " disallowed"},
		{"P-521", scanner.Key{Algorithm: "EC", Curve: "secp521r1", Bits: 521}, "EC-P-521 approved"},
		{"K-283", scanner.Key{Algorithm: "EC", Curve: "sect283k1", Bits: 283}, "EC-K-283 deprecated"},
		{"brainpool", scanner.Key{Algorithm: "EC", Curve: "brainpoolP256r1", Bits: 256}, "EC-brainpoolP256r1 allowed"},
		{"secp256k1", scanner.Key{Algorithm: "EC", Curve: "secp256k1", Bits: 256}, "EC-secp256k1 not-approved"},
		{"a small curve", scanner.Key{Algorithm: "EC", Curve: "secp160r1", Bits: 160}, "EC-other-named-below-224 disallowed"},
		{"an odd small curve", scanner.Key{Algorithm: "EC", Curve: "c2pnb163v1", Bits: 163}, "EC-other-named-below-224 disallowed"},
		{"an odd curve", scanner.Key{Algorithm: "EC", Curve: "c2pnb272w1", Bits: 272}, "EC-other-named not-approved"},
		{"SM2", scanner.Key{Algorithm: "EC", Curve: "curveSM2", Bits: 256}, "EC-SM2 not-approved"},
		{"explicit parameters", scanner.Key{Algorithm: "EC", Curve: "explicit", Bits: 256}, "EC-explicit-parameters not-approved"},
		{"a curve nobody knows", scanner.Key{Algorithm: "EC", Curve: "1.2.3.4"}, "? EC 1.2.3.4 unclassified"},
		{"Ed25519", scanner.Key{Algorithm: "Ed25519", Bits: 256}, "Ed25519 approved"},
		{"X25519", scanner.Key{Algorithm: "X25519", Bits: 256}, "X25519 not-approved"},
		{"DSA", scanner.Key{Algorithm: "DSA", Bits: 2048, SubBits: 256}, "DSA-2048-256 disallowed"},
		{"DSA of another size", scanner.Key{Algorithm: "DSA", Bits: 512, SubBits: 160}, "DSA-other disallowed"},
		{"ML-DSA", scanner.Key{Algorithm: "ML-DSA-65"}, "ML-DSA-65 approved"},
		{"ML-DSA by identifier", scanner.Key{Algorithm: "2.16.840.1.101.3.4.3.19"}, "ML-DSA-87 approved"},
		{"GOST", scanner.Key{Algorithm: "GOST R 34.10-2012-256", Bits: 256}, "GOST R 34.10-2012-256 not-approved"},
		{"nobody knows", scanner.Key{Algorithm: "1.2.3.4"}, "? 1.2.3.4 unclassified"},
		{"nothing", scanner.Key{}, "? key unclassified"},
	}
	j := judge(t, today)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := on(j, inFile(scanner.Item{Kind: scanner.ItemPublicKey, Key: &tt.key}))
			got := strings.ReplaceAll(strings.ReplaceAll(strings.Join(told(a), ", "), "public-key/", ""), "? public-key ", "? ")
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

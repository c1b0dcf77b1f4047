package fips_test

import (
	"cmp"
	"maps"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

func TestProtection(t *testing.T) {
	pbes2 := func(change func(*scanner.Protection)) scanner.Protection {
		p := scanner.Protection{Scheme: "PBES2", KDF: "PBKDF2", PRF: "HMAC-SHA256", Cipher: "AES-256-CBC", Iterations: 100_000, SaltBits: 128}
		change(&p)
		return p
	}
	tests := []struct {
		name string
		p    scanner.Protection
		want string
	}{
		{"none", scanner.Protection{Scheme: "none"}, "none not-approved"},
		{"PBES2", pbes2(func(*scanner.Protection) {}), "PBES2-PBKDF2-SHA2-AES-CBC approved"},
		{"SHA-1 inside", pbes2(func(p *scanner.Protection) { p.PRF = "HMAC-SHA1" }), "PBES2-PBKDF2-SHA1-AES deprecated"},
		{"SHA-512", pbes2(func(p *scanner.Protection) { p.PRF = "HMAC-SHA512" }), "PBES2-PBKDF2-SHA2-AES-CBC approved"},
		{"MD5 inside", pbes2(func(p *scanner.Protection) { p.PRF = "HMAC-MD5" }), "mac/HMAC-MD5 not-approved"},
		{"GCM", pbes2(func(p *scanner.Protection) { p.Cipher = "AES-256-GCM" }), "PBES2-PBKDF2-AES-GCM-or-KWP approved"},
		{"short salt", pbes2(func(p *scanner.Protection) { p.SaltBits = 64 }), "PBES2-salt-under-128-bits not-approved"},
		{"999 iterations", pbes2(func(p *scanner.Protection) { p.Iterations = 999 }), "PBES2-iterations-under-1000 not-approved"},
		{"1000 iterations", pbes2(func(p *scanner.Protection) { p.Iterations = 1000 }), "PBES2-iterations-1000-to-9999 deprecated"},
		{"9999 iterations", pbes2(func(p *scanner.Protection) { p.Iterations = 9999 }), "PBES2-iterations-1000-to-9999 deprecated"},
		{"10000 iterations", pbes2(func(p *scanner.Protection) { p.Iterations = 10000 }), "PBES2-PBKDF2-SHA2-AES-CBC approved"},
		{"all wrong", pbes2(func(p *scanner.Protection) { p.PRF, p.SaltBits, p.Iterations = "HMAC-SHA1", 64, 1 }),
			"PBES2-PBKDF2-SHA1-AES deprecated, PBES2-iterations-under-1000 not-approved, PBES2-salt-under-128-bits not-approved"},
		{"3DES inside", pbes2(func(p *scanner.Protection) { p.Cipher = "3DES-EDE-CBC" }), "PBES2-3DES not-approved"},
		{"RC2 inside", pbes2(func(p *scanner.Protection) { p.Cipher = "RC2-CBC-40" }), "PBES2-RC2-or-DES not-approved"},
		{"Camellia inside", pbes2(func(p *scanner.Protection) { p.Cipher = "CAMELLIA-256-CBC" }), "cipher/CAMELLIA-256-CBC not-approved"},
		{"scrypt", scanner.Protection{Scheme: "PBES2", KDF: "scrypt", Cipher: "AES-256-CBC"}, "PBES2-scrypt not-approved"},
		{"PBES1", scanner.Protection{Scheme: "pbeWithMD5AndDES-CBC", Iterations: 2048}, "pbeWithMD5AndDES-CBC not-approved"},
		{"PKCS#12", scanner.Protection{Scheme: "pbeWithSHAAnd3-KeyTripleDES-CBC"}, "pbeWithSHAAnd3-KeyTripleDES-CBC not-approved"},
		{"traditional PEM", scanner.Protection{Scheme: "PEM-traditional-DEK-Info", Cipher: "AES-128-CBC"}, "PEM-traditional-DEK-Info-AES not-approved"},
		{"traditional PEM, 3DES", scanner.Protection{Scheme: "PEM-traditional-DEK-Info", Cipher: "DES-EDE3-CBC"}, "PEM-traditional-DEK-Info-3DES not-approved"},
		{"OpenSSH", scanner.Protection{Scheme: "OpenSSH-bcrypt", Cipher: "aes256-ctr"}, "OpenSSH-bcrypt-AES not-approved"},
		{"OpenSSH, ChaCha20", scanner.Protection{Scheme: "OpenSSH-bcrypt", Cipher: "chacha20-poly1305@openssh.com"}, "OpenSSH-bcrypt-chacha20 not-approved"},
		{"OpenSSH, 3DES", scanner.Protection{Scheme: "OpenSSH-bcrypt", Cipher: "3DES-EDE-CBC"}, "cipher/3DES-EDE-CBC#encryption disallowed"},
		{"OpenSSH, Blowfish", scanner.Protection{Scheme: "OpenSSH-bcrypt", Cipher: "BLOWFISH"}, "cipher/BLOWFISH not-approved"},
		{"OpenSSH, a cipher nobody knows", scanner.Protection{Scheme: "OpenSSH-bcrypt", Cipher: "x"}, "? OpenSSH-bcrypt unclassified"},
		{"traditional PEM, Camellia", scanner.Protection{Scheme: "PEM-traditional-DEK-Info", Cipher: "CAMELLIA-256-CBC"}, "cipher/CAMELLIA-256-CBC not-approved"},
		{"a scheme nobody knows, with a cipher that passes", scanner.Protection{Scheme: "1.2.3", Cipher: "AES-256-CBC"}, "? 1.2.3 unclassified"},
		{"PuTTY, version 2", scanner.Protection{Scheme: "PPK-v2", KDF: "PuTTY-SHA-1", Cipher: "AES-256-CBC"}, "PPK-v2 not-approved"},
		{"PuTTY, version 3", scanner.Protection{Scheme: "PPK-v3-argon2", KDF: "Argon2id", Cipher: "AES-256-CBC"}, "PPK-v3-argon2 not-approved"},
		{"NSS without a password", scanner.Protection{Scheme: "NSS-empty-password", Iterations: 1}, "NSS-empty-password not-approved"},
		{"NSS without a password, as certutil writes it", scanner.Protection{Scheme: "NSS-empty-password", KDF: "PBKDF2", PRF: "HMAC-SHA256", Cipher: "AES-256-CBC", Iterations: 1, SaltBits: 256}, "NSS-empty-password not-approved, PBES2-iterations-under-1000 not-approved"},
		{"NSS of old", scanner.Protection{Scheme: "NSS-key4-legacy-3DES", Cipher: "3DES-EDE-CBC"}, "NSS-key4-legacy-3DES not-approved"},
		{"PBMAC1", scanner.Protection{Scheme: "pkcs12-mac-pbmac1", KDF: "PBKDF2", PRF: "HMAC-SHA256", MAC: "HMAC-SHA256", Iterations: 2048, SaltBits: 128}, "PBES2-iterations-1000-to-9999 deprecated"},
		{"PBMAC1, many iterations", scanner.Protection{Scheme: "pkcs12-mac-pbmac1", KDF: "PBKDF2", PRF: "HMAC-SHA256", MAC: "HMAC-SHA256", Iterations: 100_000, SaltBits: 128}, "pkcs12-mac-pbmac1 approved"},
		{"PBMAC1, short salt", scanner.Protection{Scheme: "pkcs12-mac-pbmac1", KDF: "PBKDF2", PRF: "HMAC-SHA256", MAC: "HMAC-SHA256", Iterations: 100_000, SaltBits: 64}, "PBES2-salt-under-128-bits not-approved"},
		{"PBMAC1 of SHA-1", scanner.Protection{Scheme: "pkcs12-mac-pbmac1", KDF: "PBKDF2", PRF: "HMAC-SHA1", MAC: "HMAC-SHA256", Iterations: 100_000, SaltBits: 128}, "mac/HMAC-SHA1 deprecated"},
		{"PBMAC1 with scrypt", scanner.Protection{Scheme: "pkcs12-mac-pbmac1", KDF: "scrypt", MAC: "HMAC-SHA256", Iterations: 16384, SaltBits: 128}, "PBES2-scrypt not-approved, pkcs12-mac-pbmac1 approved"},
		{"PKCS#12's MAC", scanner.Protection{Scheme: "pkcs12-mac-pkcs12kdf-sha2", KDF: "PKCS12-KDF", PRF: "SHA-256", MAC: "HMAC-SHA256", Iterations: 2048}, "pkcs12-mac-pkcs12kdf-sha2 not-approved"},
		{"PKCS#12's MAC over MD5", scanner.Protection{Scheme: "pkcs12-mac-pkcs12kdf-md5", KDF: "PKCS12-KDF", PRF: "MD5", MAC: "HMAC-MD5", Iterations: 2048}, "mac/HMAC-MD5 not-approved"},
		{"BCFKS", scanner.Protection{Scheme: "BCFKS-PBKDF2", KDF: "PBKDF2", PRF: "HMAC-SHA512", Cipher: "AES-256-CCM", Iterations: 51200, SaltBits: 512}, "BCFKS-PBKDF2 approved"},
		{"a signed store", scanner.Protection{Scheme: "BCFKS-signature", Signature: "ecdsa-with-SHA512"}, "? BCFKS-signature unclassified"},
		{"a store signed over SHA-1", scanner.Protection{Scheme: "pkcs12-signed", Signature: "sha1WithRSAEncryption"}, "certificate-property/sigalg:sha1WithRSAEncryption#signature-generation disallowed"},
		{"a store signed by what nobody knows", scanner.Protection{Scheme: "pkcs12-signed", Signature: "1.2.3"}, "? pkcs12-signed unclassified"},
		{"BCFKS, few iterations", scanner.Protection{Scheme: "BCFKS-PBKDF2", KDF: "PBKDF2", PRF: "HMAC-SHA512", Cipher: "AES-256-CCM", Iterations: 500, SaltBits: 512}, "PBES2-iterations-under-1000 not-approved"},
		{"BCFKS with scrypt", scanner.Protection{Scheme: "BCFKS-scrypt", KDF: "scrypt", Cipher: "AES-256-CCM", Iterations: 1024, SaltBits: 160}, "BCFKS-scrypt not-approved"},
		{"JKS", scanner.Protection{Scheme: "JKS", KDF: "SHA-1", PRF: "SHA-1", Cipher: "SHA-1 keystream", Iterations: 1, SaltBits: 160}, "JKS not-approved"},
		{"a trust store", scanner.Protection{Scheme: "JKS-truststore", Opened: scanner.OpenedGiven}, "JKS-truststore allowed"},
		{"the empty password", pbes2(func(p *scanner.Protection) { p.Opened = scanner.OpenedEmpty }), "PBES2-PBKDF2-SHA2-AES-CBC approved, weak-password-known not-approved"},
		{"changeit", pbes2(func(p *scanner.Protection) { p.Opened = scanner.OpenedDefault }), "PBES2-PBKDF2-SHA2-AES-CBC approved, weak-password-known not-approved"},
		{"a password of one's own", pbes2(func(p *scanner.Protection) { p.Opened = scanner.OpenedGiven }), "PBES2-PBKDF2-SHA2-AES-CBC approved"},
		{"a scheme nobody knows", scanner.Protection{Scheme: "1.2.3"}, "? 1.2.3 unclassified"},
	}
	j := judge(t, today)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := on(j, inFile(scanner.Item{Kind: scanner.ItemPrivateKey, SHA256: "k", Protection: &tt.p}))
			got := strings.NewReplacer("keystore-protection/", "", "? keystore-protection ", "? ").Replace(strings.Join(told(a), ", "))
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			for _, r := range a.Rulings {
				if r.Class != fips.ClassKeyAtRest && tt.p.Scheme != "JKS-truststore" || r.Certificate != "k" {
					t.Errorf("%s: class %s of %q", r.Rule, r.Class, r.Certificate)
				}
			}
		})
	}
}

func TestStore(t *testing.T) {
	open := &scanner.Protection{Scheme: "none"}
	key := &scanner.Key{Algorithm: "RSA", Bits: 2048, SPKISHA256: "spki"}
	file := func(mode string, items ...scanner.Item) func(*scanner.Observation) {
		return func(o *scanner.Observation) { o.Store = &scanner.Store{Mode: mode, Items: items} }
	}
	private := scanner.Item{Kind: scanner.ItemPrivateKey, Key: key, Protection: open}
	shut := func(algorithm string) scanner.Item {
		return scanner.Item{Kind: scanner.ItemPrivateKey, Key: &scanner.Key{Algorithm: algorithm}, Protection: &scanner.Protection{Scheme: "PEM-traditional-DEK-Info", Cipher: "AES-128-CBC"}}
	}
	tests := []struct {
		name string
		fill func(*scanner.Observation)
		want string
	}{
		{"a key of its owner's", file("0600", private), "keystore-protection/none not-approved, public-key/RSA-2048-3071 approved"},
		{"a key the group reads", file("0640", private), "keystore-protection/none not-approved, keystore-protection/world-readable not-approved, public-key/RSA-2048-3071 approved"},
		{"a key the world reads", file("0604", private), "keystore-protection/none not-approved, keystore-protection/world-readable not-approved, public-key/RSA-2048-3071 approved"},
		{"a public key the world reads", file("0644", scanner.Item{Kind: scanner.ItemPublicKey, Key: key}), "public-key/RSA-2048-3071 approved"},
		{"no mode", file("", private), "keystore-protection/none not-approved, public-key/RSA-2048-3071 approved"},
		{"a request", file("0644", scanner.Item{Kind: scanner.ItemCSR, SHA256: "r", Request: &scanner.Request{SignatureOID: "1.2.840.113549.1.1.4", SignatureAlgorithm: "md5WithRSAEncryption"}, Key: key}),
			"certificate-property/sigalg:md5WithRSAEncryption disallowed, public-key/RSA-2048-3071 approved"},
		{"a key under a password, RSA of some size", file("0600", shut("RSA")), "keystore-protection/PEM-traditional-DEK-Info-AES not-approved"},
		{"a key under a password, on some curve", file("0600", shut("EC")), "keystore-protection/PEM-traditional-DEK-Info-AES not-approved"},
		{"a key under a password, DSA of any size", file("0600", shut("DSA")), "keystore-protection/PEM-traditional-DEK-Info-AES not-approved, public-key/DSA-other disallowed"},
		{"a key of no size and under no password", file("0600", scanner.Item{Kind: scanner.ItemPrivateKey, Key: &scanner.Key{Algorithm: "RSA"}}), "? public-key RSA unclassified"},
		{"parameters", file("0644", scanner.Item{Kind: scanner.ItemParameters, Prime: &scanner.Prime{Bits: 2048, Group: "ffdhe2048", SHA256: "p"}}), "named-group/ffdhe2048 approved"},
		{"a key on a published group", file("0644", scanner.Item{Kind: scanner.ItemPublicKey, Key: &scanner.Key{Algorithm: "DH", OID: "1.2.840.113549.1.3.1", Bits: 2048, Group: "ffdhe2048"}}), "named-group/ffdhe2048 approved"},
		{"a key on a published group that is too small", file("0644", scanner.Item{Kind: scanner.ItemPublicKey, Key: &scanner.Key{Algorithm: "DH", OID: "1.2.840.113549.1.3.1", Bits: 1024, Group: "MODP-1024"}}), "named-group/MODP-1024 disallowed"},
		{"a key on a prime of one's own", file("0644", scanner.Item{Kind: scanner.ItemPublicKey, Key: &scanner.Key{Algorithm: "DH", OID: "1.2.840.113549.1.3.1", Bits: 2048}}), "public-key/DH-params-other disallowed"},
		{"parameters of one's own", file("0644", scanner.Item{Kind: scanner.ItemParameters, Prime: &scanner.Prime{Bits: 2048, SHA256: "p"}}), "public-key/DH-params-other disallowed"},
		{"a short secret", file("0600", scanner.Item{Kind: scanner.ItemSecretKey, Key: &scanner.Key{Algorithm: "DES", Bits: 56}}), "public-key/symmetric-key-below-112 disallowed"},
		{"a secret", file("0600", scanner.Item{Kind: scanner.ItemSecretKey, Key: &scanner.Key{Algorithm: "AES", Bits: 128}}), "? public-key AES key of 128 bits unclassified"},
		{"an expired certificate is, and no server", file("0644", certItem(func() scanner.Certificate {
			c := goodLeaf()
			c.NotAfter, c.Names, c.ExtKeyUsage, c.Revocation = day("2026-11-01"), nil, nil, false
			return c
		}())), "certificate-property/expired disallowed, certificate-property/sigalg:ecdsa-with-SHA256 approved, public-key/EC-P-256 approved"},
		{"an empty file", file("0644"), ""},
	}
	j := judge(t, today)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := strings.Join(told(on(j, tt.fill)), ", "); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestTrustStoreClass: a store of certificates alone is no evidence of how
// secrets are kept, and satisfies no control that asks for that.
func TestTrustStoreClass(t *testing.T) {
	for scheme, want := range map[string]fips.Class{"JKS-truststore": fips.ClassCertInventory, "JKS": fips.ClassKeyAtRest} {
		a := on(judge(t, today), func(o *scanner.Observation) {
			o.Store = &scanner.Store{Format: "JKS", Protection: []scanner.Protection{{Scheme: scheme}}}
		})
		for _, r := range a.Rulings {
			if r.Class != want {
				t.Errorf("%s is of class %s, want %s", scheme, r.Class, want)
			}
		}
	}
}

// TestWhere: what a finding is about is told by its place in an archive, its
// alias and its kind, so that no two of a store read alike.
func TestWhere(t *testing.T) {
	weak := &scanner.Key{Algorithm: "RSA", Bits: 1024, Exponent: "65537", SPKISHA256: "spki"}
	c := goodLeaf()
	c.Key = *weak
	c.Subject = "CN=w"
	for _, tt := range []struct{ member, alias, key, cert string }{
		{"", "", "private-key", "CN=w"},
		{"", "one", "one, private key", "one, certificate"},
		{"META/a.jks", "one", "META/a.jks: one, private key", "META/a.jks: one, certificate"},
		{"etc/w.pem", "", "etc/w.pem", "etc/w.pem"},
	} {
		cert := certItem(c)
		cert.Member, cert.Alias = tt.member, tt.alias
		a := on(judge(t, today), func(o *scanner.Observation) {
			o.Store = &scanner.Store{Format: "jar", Protection: []scanner.Protection{{Scheme: "JKS", Member: tt.member}}, Items: []scanner.Item{
				{Kind: scanner.ItemPrivateKey, SHA256: "spki", Key: weak, Member: tt.member, Alias: tt.alias}, cert}}
		})
		got := map[string]string{}
		for _, f := range a.Findings {
			got[f.Subject.Kind+string(f.Class)] = strings.Join(f.Where, " and ")
		}
		want := map[string]string{"public-keykey-strength": tt.key, "public-keycert-key": tt.cert, "keystore-protectionkey-at-rest": cmp.Or(tt.member, "jar")}
		if !maps.Equal(got, want) {
			t.Errorf("%s %s: %v, want %v", tt.member, tt.alias, got, want)
		}
	}
}

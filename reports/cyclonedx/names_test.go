package cyclonedx

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

// TestEveryName writes an inventory with every suite, group, scheme and name of
// SSH that there is, and with a key and a certificate of every algorithm: all of
// it holds to the schemas, whose lists of families and curves are closed. Only
// what is listed here is of an unknown primitive.
func TestEveryName(t *testing.T) {
	for _, v := range Versions() {
		t.Run(string(v), func(t *testing.T) {
			b := written(t, v, usual, everyName()...)
			var unknown []string
			for _, c := range b.Components {
				if a := c.Crypto; a != nil && a.Algorithm != nil && a.Algorithm.Primitive == "unknown" && !strings.HasPrefix(c.Ref, "algorithm/public-key/") {
					unknown = append(unknown, strings.TrimPrefix(c.Ref, "algorithm/"))
				}
				if a := c.Crypto; a != nil && a.Algorithm != nil && !slices.Equal(a.Algorithm.Certification, []string{"unknown"}) {
					t.Errorf("%s: certified %v: modules were not observed", c.Ref, a.Algorithm.Certification)
				}
			}
			want := []string{
				"signature-scheme/eccsi_sha256",
				"signature-scheme/iso_chinese_ibs",
				"signature-scheme/iso_ibs1",
				"signature-scheme/iso_ibs2",
				"ssh-cipher/acss@openssh.org",
				"ssh-cipher/crypticore128@ssh.com",
				"ssh-kex/gss-13.3.132.0.10-sha256-toWM5Slw5Ew8Mqkay+al2g==",
				"ssh-kex/m383-sha384@libassh.org",
				"ssh-kex/m511-sha512@libassh.org",
			}
			if diff := gocmp.Diff(want, unknown); diff != "" {
				t.Errorf("of unknown primitive (-want +got):\n%s", diff)
			}
		})
	}
}

func everyName() []scanner.Observation {
	old, now := scanner.TLSVersion{Version: scanner.TLSv12}, scanner.TLSVersion{Version: scanner.TLSv13}
	two := scanner.TLSVersion{Version: scanner.SSLv2}
	for _, s := range iana.Suites() {
		old.Suites = append(old.Suites, s.Name)
		if s.TLS13 {
			now.Suites = append(now.Suites, s.Name)
		}
	}
	for _, k := range iana.SSL2Kinds() {
		two.Suites = append(two.Suites, k.Name)
	}
	for _, g := range iana.Groups() {
		old.Groups, now.Groups = append(old.Groups, g.Name), append(now.Groups, g.Name)
	}
	for _, s := range iana.Schemes() {
		old.SignatureSchemes = append(old.SignatureSchemes, s.Name)
	}
	for _, p := range iana.Primes() {
		old.Primes = append(old.Primes, scanner.Prime{Bits: 2048, Group: p.Name, SHA256: scanner.Digest([]byte(p.Name)), Generator: "2"})
	}
	ssh := scanner.Observe(host(2), "ssh")
	k := &scanner.Kexinit{}
	for _, n := range iana.SSHNames() {
		list := map[string]*[]string{"ssh-kex": &k.KexAlgorithms, "ssh-hostkey": &k.ServerHostKeyAlgorithms, "ssh-cipher": &k.EncryptionClientServer, "ssh-mac": &k.MACServerClient}[n.Kind]
		*list = append(*list, n.Name)
	}
	ssh.SSH = &scanner.SSH{Banner: "SSH-1.99-lab", Kexinit: k}
	var items []scanner.Item
	for _, o := range iana.OIDs() {
		c := certOf(o.OID+o.Kind, rsaKey, 30)
		switch o.Kind {
		case "signature":
			c.SignatureAlgorithm, c.SignatureOID = o.Name, o.OID
		case "public-key":
			c.Key = scanner.Key{Algorithm: o.Name, OID: o.OID, SPKISHA256: scanner.Digest([]byte(o.OID))}
		case "curve":
			c.Key = scanner.Key{Algorithm: "EC", OID: "1.2.840.10045.2.1", Curve: o.Name, SPKISHA256: scanner.Digest([]byte(o.OID))}
		}
		items = append(items, scanner.Item{Kind: scanner.ItemCertificate, SHA256: c.SHA256, Certificate: &c})
	}
	return []scanner.Observation{speaking(host(1), two, old, now), ssh, stored("/etc/every.pem", items...)}
}

// TestDescribed holds single names to what their registries and standards say
// of them.
func TestDescribed(t *testing.T) {
	n := func(n int) *int { return &n }
	tests := []struct {
		kind, name string
		want       algorithm
		oid        string
	}{
		{"cipher", "AES-128-GCM", algorithm{Primitive: "ae", Family: "AES", Parameters: "128", Mode: "gcm", Quantum: n(1)}, "2.16.840.1.101.3.4.1.6"},
		{"cipher", "AES-256-CCM_8", algorithm{Primitive: "ae", Family: "AES", Parameters: "256", Mode: "ccm", Quantum: n(5)}, ""},
		{"cipher", "3DES-EDE-CBC", algorithm{Primitive: "block-cipher", Family: "3DES", Mode: "cbc"}, "1.2.840.113549.3.7"},
		{"cipher", "CHACHA20-POLY1305", algorithm{Primitive: "ae", Family: "ChaCha20"}, ""},
		{"cipher", "RC2-CBC-40", algorithm{Primitive: "block-cipher", Family: "RC2", Parameters: "40", Mode: "cbc"}, ""},
		{"cipher", "NULL", algorithm{Primitive: "other"}, ""},
		{"ssh-cipher", "aes256-gcm@openssh.com", algorithm{Primitive: "ae", Family: "AES", Parameters: "256", Mode: "gcm", Quantum: n(5)}, ""},
		{"ssh-cipher", "AEAD_AES_128_GCM", algorithm{Primitive: "ae", Family: "AES", Parameters: "128", Mode: "gcm", Quantum: n(1)}, ""},
		{"ssh-cipher", "arcfour256", algorithm{Primitive: "stream-cipher", Family: "RC4", Parameters: "256"}, ""},
		{"mac", "HMAC-SHA256", algorithm{Primitive: "mac", Family: "HMAC", Parameters: "SHA-256"}, "1.2.840.113549.2.9"},
		{"ssh-mac", "hmac-sha2-512-etm@openssh.com", algorithm{Primitive: "mac", Family: "HMAC", Parameters: "SHA-512"}, ""},
		{"ssh-mac", "umac-128-etm@openssh.com", algorithm{Primitive: "mac", Family: "UMAC", Parameters: "128"}, ""},
		{"hash", "SHA-384", algorithm{Primitive: "hash", Family: "SHA-2", Parameters: "384", Quantum: n(4)}, "2.16.840.1.101.3.4.2.2"},
		{"kdf-prf", "TLS13-HKDF-SHA256", algorithm{Primitive: "kdf", Family: "HKDF", Parameters: "SHA-256"}, ""},
		{"key-exchange", "ECDHE_PSK", algorithm{Primitive: "key-agree", Family: "ECDH"}, ""},
		{"key-exchange", "RSA", algorithm{Primitive: "pke", Family: "RSAES-PKCS1", Padding: "pkcs1v15"}, ""},
		{"key-exchange", "DHE prime of 1024 bits", algorithm{Primitive: "key-agree", Family: "FFDH", Parameters: "1024"}, ""},
		{"named-group", "secp256r1", algorithm{Primitive: "key-agree", Family: "ECDH", EllipticCurve: "secg/secp256r1"}, "1.2.840.10045.3.1.7"},
		{"named-group", "x25519", algorithm{Primitive: "key-agree", Family: "ECDH", EllipticCurve: "other/Curve25519"}, "1.3.101.110"},
		{"named-group", "brainpoolP256r1tls13", algorithm{Primitive: "key-agree", Family: "ECDH", EllipticCurve: "brainpool/brainpoolP256r1"}, "1.3.36.3.3.2.8.1.1.7"},
		{"named-group", "ffdhe2048", algorithm{Primitive: "key-agree", Family: "FFDH", Parameters: "ffdhe2048"}, ""},
		{"named-group", "MLKEM768", algorithm{Primitive: "kem", Family: "ML-KEM", Parameters: "768", Quantum: n(3)}, "2.16.840.1.101.3.4.4.2"},
		{"named-group", "X25519MLKEM768", algorithm{Primitive: "combiner", Quantum: n(3)}, ""},
		{"signature-scheme", "rsa_pss_rsae_sha256", algorithm{Primitive: "signature", Family: "RSASSA-PSS", Parameters: "SHA-256", Padding: "other"}, ""},
		{"signature-scheme", "ecdsa_secp384r1_sha384", algorithm{Primitive: "signature", Family: "ECDSA", Parameters: "SHA-384", EllipticCurve: "secg/secp384r1"}, ""},
		{"signature-scheme", "mldsa65", algorithm{Primitive: "signature", Family: "ML-DSA", Parameters: "65", Quantum: n(3)}, ""},
		{"signature-scheme", "slhdsa_shake_192f", algorithm{Primitive: "signature", Family: "SLH-DSA", Parameters: "SHAKE-192f", Quantum: n(3)}, ""},
		{"signature", "sha256WithRSAEncryption", algorithm{Primitive: "signature", Family: "RSASSA-PKCS1", Parameters: "SHA-256", Padding: "pkcs1v15"}, ""},
		{"signature", "rsassaPss-SHA-384", algorithm{Primitive: "signature", Family: "RSASSA-PSS", Parameters: "SHA-384", Padding: "other"}, ""},
		{"signature", "Ed25519", algorithm{Primitive: "signature", Family: "EdDSA", EllipticCurve: "other/Ed25519"}, ""},
		{"ssh-hostkey", "rsa-sha2-512", algorithm{Primitive: "signature", Family: "RSASSA-PKCS1", Parameters: "SHA-512", Padding: "pkcs1v15"}, ""},
		{"ssh-hostkey", "ecdsa-sha2-nistp256-cert-v01@openssh.com", algorithm{Primitive: "signature", Family: "ECDSA", EllipticCurve: "nist/P-256"}, ""},
		{"ssh-kex", "ecdh-sha2-nistp521", algorithm{Primitive: "key-agree", Family: "ECDH", EllipticCurve: "nist/P-521"}, "1.3.132.0.35"},
		{"ssh-kex", "curve25519-sha256@libssh.org", algorithm{Primitive: "key-agree", Family: "ECDH", EllipticCurve: "other/Curve25519"}, "1.3.101.110"},
		{"ssh-kex", "diffie-hellman-group14-sha256", algorithm{Primitive: "key-agree", Family: "FFDH", Parameters: "group14"}, ""},
		{"ssh-kex", "mlkem768x25519-sha256", algorithm{Primitive: "combiner", Quantum: n(3)}, ""},
		{"ssh-kex", "sntrup761x25519-sha512", algorithm{Primitive: "combiner"}, ""},
		{"ssh-kex", "rsa2048-sha256", algorithm{Primitive: "pke", Family: "RSAES-OAEP", Parameters: "2048", Padding: "oaep"}, ""},
		{"protection", "PBES2, PBKDF2, hmacWithSHA256, AES-256-CBC", algorithm{Primitive: "other", Family: "PBES2"}, ""},
		{"ssh-kex", "of-nobody@example.org", algorithm{Primitive: "unknown"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.kind+" "+tt.name, func(t *testing.T) {
			got, oid := described(fips.Subject{Kind: tt.kind, Name: tt.name})
			tt.want.Environment, tt.want.Platform, tt.want.Certification = "unknown", "unknown", []string{"unknown"}
			if diff := gocmp.Diff(tt.want, got); diff != "" || oid != tt.oid {
				t.Errorf("oid %q, want %q (-want +got):\n%s", oid, tt.oid, diff)
			}
		})
	}
}

// TestOIDs asks OpenSSL by what name it knows each object identifier.
func TestOIDs(t *testing.T) {
	openssl := lab.Program(t, "openssl")
	names := map[string]string{"3DES-EDE-CBC": "des-ede3-cbc", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512",
		"HMAC-MD5": "hmac-md5", "HMAC-SHA1": "hmacWithSHA1", "HMAC-SHA256": "hmacWithSHA256", "HMAC-SHA384": "hmacWithSHA384", "HMAC-SHA512": "hmacWithSHA512"}
	for name, oid := range oids {
		if strings.HasPrefix(name, "ML-KEM-") {
			continue // newer than OpenSSL 3.0; as in the registry file of our own
		}
		want := cmp.Or(names[name], name)
		out := lab.Run(t, openssl, "asn1parse", "-genstr", "OID:"+oid)
		if got := strings.TrimSpace(out[strings.LastIndexByte(out, ':')+1:]); !strings.EqualFold(got, want) {
			t.Errorf("%s: OpenSSL calls %s %q, want %q", name, oid, got, want)
		}
	}
}

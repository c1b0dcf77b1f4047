package cyclonedx

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/internal/lab/valid"
	"github.com/fipsweep/fipsweep/scanner"
)

// TestGraph follows one certificate from the endpoint that shows it and the
// file in which its private key lies down to the algorithms.
func TestGraph(t *testing.T) {
	cert := certOf("www.example", rsaKey, 30)
	o := speaking(host(1), scanner.TLSVersion{Version: scanner.TLSv12, Suites: []string{"TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
		Groups: []string{"secp256r1"}, SignatureSchemes: []string{"rsa_pss_rsae_sha256"}})
	o.TLS.Chains = []scanner.Chain{{Version: scanner.TLSv12, Certificates: []scanner.Certificate{cert}}}
	key := scanner.Item{Kind: scanner.ItemPrivateKey, SHA256: rsaKey.SPKISHA256, Key: &rsaKey,
		Protection: &scanner.Protection{Scheme: "PBES2", KDF: "PBKDF2", PRF: "hmacWithSHA256", Cipher: "AES-256-CBC", Iterations: 10000, SaltBits: 128}}
	clear := key
	clear.Protection = &scanner.Protection{Scheme: "none"}
	for _, v := range Versions() {
		t.Run(string(v), func(t *testing.T) {
			b := written(t, v, usual, o, stored("/etc/locked.key", key), stored("/etc/clear.key", clear))
			protocol := b.dependsOn("endpoint/" + host(1).ID)[0]
			if want := []string{"algorithm/authentication/RSA", "algorithm/cipher/3DES-EDE-CBC", "algorithm/cipher/AES-128-GCM", "algorithm/hash/SHA-256", "algorithm/key-exchange/ECDHE", "algorithm/key-exchange/RSA",
				"algorithm/mac/HMAC-SHA1", "algorithm/named-group/secp256r1", "algorithm/signature-scheme/rsa_pss_rsae_sha256"}; !slices.Equal(want, b.dependsOn(protocol)) {
				t.Errorf("protocol depends on %q", b.dependsOn(protocol))
			}
			public := publicRef(rsaKey.SPKISHA256)
			chain := []struct{ from, to string }{
				{"endpoint/" + host(1).ID, certificateRef(cert.SHA256)}, {certificateRef(cert.SHA256), "algorithm/signature/sha256WithRSAEncryption"},
				{certificateRef(cert.SHA256), public}, {public, "algorithm/public-key/RSA 2048"},
				{"file/" + scanner.File("/etc/clear.key").ID, privateRef(rsaKey.SPKISHA256, nil)},
				{"file/" + scanner.File("/etc/locked.key").ID, privateRef(rsaKey.SPKISHA256, key.Protection)},
				{privateRef(rsaKey.SPKISHA256, key.Protection), "algorithm/protection/PBES2, PBKDF2, hmacWithSHA256, AES-256-CBC"},
			}
			for _, c := range chain {
				if !slices.Contains(b.dependsOn(c.from), c.to) {
					t.Errorf("%s depends on %q, want %s among them", c.from, b.dependsOn(c.from), c.to)
				}
			}
			p := b.component(protocol).Crypto.Protocol
			groups, schemes := [][]string{nil, {"secp256r1"}}, [][]string{nil, {"rsa_pss_rsae_sha256"}}
			if v == V16 {
				groups, schemes = make([][]string, 2), make([][]string, 2)
			}
			// In no order of the server's own they are sorted.
			want := []cipherSuite{
				{"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", []string{"algorithm/authentication/RSA", "algorithm/cipher/AES-128-GCM", "algorithm/hash/SHA-256", "algorithm/key-exchange/ECDHE"}, []string{"0xC0", "0x2F"}, groups[1], schemes[1]},
				{"TLS_RSA_WITH_3DES_EDE_CBC_SHA", []string{"algorithm/cipher/3DES-EDE-CBC", "algorithm/key-exchange/RSA", "algorithm/mac/HMAC-SHA1"}, []string{"0x00", "0x0A"}, groups[0], schemes[0]},
			}
			if diff := cmp.Diff(want, p.Suites); diff != "" {
				t.Errorf("suites (-want +got):\n%s", diff)
			}
			if got := values(b.component(protocol).Properties, propSuite); !slices.Equal(got, []string{"disallowed, TLS_RSA_WITH_3DES_EDE_CBC_SHA"}) {
				t.Errorf("suites that are findings: %q", got)
			}
			if got := values(b.component(protocol).Properties, propStatus); !slices.Equal(got, []string{"disallowed"}) {
				t.Errorf("TLSv1.2 with such a suite is %q", got)
			}
			if got := values(b.component("algorithm/key-exchange/ECDHE").Properties, propCite); slices.ContainsFunc(got, func(c string) bool { return strings.HasPrefix(c, "FIPS197") }) {
				t.Errorf("ECDHE cites what the cipher beside it rests on: %q", got)
			}
			if (p.RefArray == nil) == (v == V16) || (p.Related == nil) == (v == V17) {
				t.Errorf("what stands in no suite: %v, %v", p.RefArray, p.Related)
			}
			locked := b.component(privateRef(rsaKey.SPKISHA256, key.Protection)).Crypto.Material
			if locked.SecuredBy == nil || locked.SecuredBy.Mechanism != "PBES2" || locked.SecuredBy.AlgorithmRef == "" || locked.Size != 2048 || locked.State != "active" {
				t.Errorf("private key: %+v, secured by %+v", locked, locked.SecuredBy)
			}
			if got := values(b.component("algorithm/cipher/3DES-EDE-CBC").Properties, propStatus); !slices.Equal(got, []string{"disallowed"}) {
				t.Errorf("3DES is %q", got)
			}
		})
	}
}

// everyKind is a file with an item of every kind, of one that nobody knows, and
// of what could not be read.
func everyKind() scanner.Observation {
	prime := &scanner.Prime{Bits: 2048, Group: "ffdhe2048", SHA256: scanner.Digest([]byte("p")), Generator: "2"}
	request := &scanner.Request{Subject: "CN=me", SignatureAlgorithm: "ecdsa-with-SHA256", SignatureOID: "1.2.840.10045.4.3.2"}
	pss := *request
	pss.SignatureAlgorithm, pss.SignatureOID, pss.PSS = "rsassaPss", "1.2.840.113549.1.1.10", &scanner.PSS{Hash: "SHA-256", MGFHash: "SHA-256", SaltLen: 32}
	unread := scanner.Certificate{SHA256: scanner.Digest([]byte("odd")), Problem: "asn1: structure error"}
	secret := scanner.Key{Algorithm: "AES", Bits: 256}
	weak := rsaKey
	weak.SPKISHA256, weak.Weak = scanner.Digest([]byte("weak")), []scanner.Weakness{{Name: scanner.WeakROCA}}
	d := func(s string) string { return scanner.Digest([]byte(s)) }
	o := stored("/etc/every", []scanner.Item{
		{Kind: scanner.ItemCertificate, SHA256: unread.SHA256, Certificate: &unread},
		{Kind: scanner.ItemCertificate, Problem: "locked"},
		{Kind: scanner.ItemCSR, SHA256: d("csr"), Request: request, Key: &rsaKey},
		{Kind: scanner.ItemCRL, SHA256: d("crl"), Request: &pss},
		{Kind: scanner.ItemPrivateKey, Protection: &scanner.Protection{Scheme: "PBES2", KDF: "scrypt", Cipher: "AES-256-CBC"}, Problem: "locked"},
		{Kind: scanner.ItemPublicKey, SHA256: rsaKey.SPKISHA256, Key: &rsaKey},
		{Kind: scanner.ItemSecretKey, SHA256: d("secret"), Key: &secret, Alias: "db"},
		{Kind: scanner.ItemParameters, SHA256: d("dh"), Prime: prime},
		{Kind: "authorized-key", SHA256: d("blob"), Key: &weak, Alias: "root@somewhere"},
		{Kind: "known-host", SHA256: d("hashed")},
		{Kind: "of-tomorrow", SHA256: d("new")},
		{},
	}...)
	o.Store.Protection = []scanner.Protection{{Scheme: "PBMAC1", KDF: "PBKDF2", PRF: "hmacWithSHA256"}}
	return o
}

func TestKinds(t *testing.T) {
	o := everyKind()
	unread := o.Store.Items[0].Certificate
	for _, v := range Versions() {
		b := written(t, v, usual, o)
		var got []string
		for _, c := range b.Components {
			switch x := c.Crypto; {
			case x == nil:
				got = append(got, c.Type+" "+c.Name)
			case x.Material != nil:
				got = append(got, strings.TrimSpace(x.Material.Type+" "+c.Name+" "+x.Material.State))
			case x.Certificate != nil:
				got = append(got, "certificate "+c.Name)
			}
		}
		want := []string{
			fmt.Sprintf("certificate certificate %.12s", unread.SHA256), "unknown certificate",
			"public-key RSA 2048 public key", "other csr CN=me", "other crl CN=me", "private-key private key", "secret-key AES 256 secret key",
			"other ffdhe2048 parameters", "public-key RSA 2048 public key compromised", "public-key known host", "unknown of tomorrow", "unknown item", "file /etc/every",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", v, diff)
		}
		var whole bytes.Buffer
		x, again := inventoried(t, v, usual, o)
		if err := x.write(t.Context(), &whole, again); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(whole.Bytes(), []byte(o.Store.Items[6].SHA256)) {
			t.Errorf("%s: the digest of a secret key is in the document", v)
		}
	}
}

// TestOdd writes what is hardly there, or hostile.
func TestOdd(t *testing.T) {
	hostile := scanner.Observe(host(3), "ssh")
	hostile.SSH = &scanner.SSH{Banner: "SSH-2.0-x", Kexinit: &scanner.Kexinit{
		KexAlgorithms:           []string{"ecdh-sha2-secp999r1", "ecdh-sha2-nistp999", "urn:cdx:1/2#3", strings.Repeat("long", 100), "", "\x00\xff\u202e<script>"},
		ServerHostKeyAlgorithms: []string{"ecdsa-sha2-brainpoolp999r1", "ml-dsa-44-rsa"},
		EncryptionClientServer:  []string{"aes-aes-aes", "aes512-xyz"}, MACClientServer: []string{"hmac-", "umac-"}}}
	unknown := speaking(host(4), scanner.TLSVersion{Version: "TLSv9", Suites: []string{"0xABCD", "no suite", "", "TLS_FALLBACK_SCSV", "SSL_CK_RC4_128_WITH_MD5"},
		Groups: []string{"0x9999"}, SignatureSchemes: []string{"0x8888"}, Primes: []scanner.Prime{{Bits: 1000, SHA256: scanner.Digest([]byte("p"))}}})
	named := unknown
	named.Endpoint = scanner.Host(netip.MustParseAddr("fe80::1%eth0"), 443, "")
	odd := named
	odd.Endpoint = scanner.Host(netip.MustParseAddr("192.0.2.9"), 443, "a_b.example")
	rdp := scanner.Observe(host(5), "tls")
	rdp.Plain = &scanner.Plain{Protocol: "rdp", OwnCiphers: []string{"RC4-128", "NULL"}}
	refused := scanner.Failed(host(6), "tls", scanner.Failure{Stage: scanner.StageConnect, Reason: scanner.ReasonRefused})
	dates := certOf("dates", rsaKey, 30)
	dates.NotBefore, dates.NotAfter = dates.NotBefore.AddDate(-2020, 0, 0), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	paths := []scanner.Observation{stored("/tmp/\xff\xfe.pem", scanner.Item{Kind: scanner.ItemCertificate, SHA256: dates.SHA256, Certificate: &dates}),
		stored("/tmp/\xfe\xff.pem", scanner.Item{Kind: scanner.ItemPrivateKey, Problem: "\x80"})}
	tests := map[string][]scanner.Observation{
		"nothing": nil, "failures only": {refused}, "hostile names": {hostile}, "no names": {unknown, named, odd}, "own security": {rdp}, "odd files": paths,
		"an endpoint twice": {unknown, unknown, paths[1], paths[1]}, "an empty file": {stored("/etc/empty")},
	}
	for name, all := range tests {
		for _, v := range Versions() {
			t.Run(name+" "+string(v), func(t *testing.T) {
				b := written(t, v, usual, all...)
				for _, s := range b.Services {
					if u, err := url.Parse(s.Endpoints[0]); err != nil || u.Port() != "443" {
						t.Errorf("endpoint %q: %v", s.Endpoints[0], err)
					}
				}
				if empty := name == "nothing" || name == "failures only" || name == "an empty file"; empty != (len(b.Components)+len(b.Services) == 0) {
					t.Errorf("%d components, %d services", len(b.Components), len(b.Services))
				}
			})
		}
	}
	if b := written(t, V17, usual, refused); len(values(b.Metadata.Properties, "fipsweep:asked")) != 1 {
		t.Error("of failures alone the document does not say how many were asked")
	}
}

// TestBounds: what the bounds cut is told, and nothing refers to it.
func TestBounds(t *testing.T) {
	var all []scanner.Observation
	for n := range byte(20) {
		c := certOf(fmt.Sprint("c", n), rsaKey, 30)
		o := speaking(host(n), scanner.TLSVersion{Version: scanner.TLSv12, Suites: []string{"TLS_RSA_WITH_AES_128_CBC_SHA"}, Groups: []string{fmt.Sprint("g", n)}})
		o.TLS.Chains = []scanner.Chain{{Version: scanner.TLSv12, Certificates: []scanner.Certificate{c}}}
		all = append(all, o)
	}
	b := written(t, V17, limits{algorithms: 7, assets: 9, places: 3}, all...)
	counts := map[string]int{}
	for _, c := range b.Components {
		if counts[c.Crypto.Type]++; len(c.Evidence.Occurrences) > 3 {
			t.Errorf("%s has %d occurrences", c.Ref, len(c.Evidence.Occurrences))
		}
	}
	if diff := cmp.Diff(map[string]int{"algorithm": 7, "protocol": 4, "certificate": 4, "related-crypto-material": 1}, counts); diff != "" {
		t.Errorf("components (-want +got):\n%s", diff)
	}
	if got := values(b.component(publicRef(rsaKey.SPKISHA256)).Properties, propEndpoints); !slices.Equal(got, []string{"20"}) {
		t.Errorf("the key was met at %q endpoints, want 20", got)
	}
	if got := values(b.Metadata.Properties, propLeftOut); len(got) != 2 {
		t.Errorf("left out by the document: %q", got)
	}
	told := 0
	for _, s := range b.Services {
		told += len(values(s.Properties, propLeftOut))
	}
	if len(b.Services) != 20 || told != 16 {
		t.Errorf("%d services, of which %d lack something, want 20 and 16", len(b.Services), told)
	}
	if b := written(t, V17, usual, all...); len(values(b.Metadata.Properties, propLeftOut)) != 0 {
		t.Error("within the bounds something is left out")
	}
}

// TestSame: the same sweep gives the same bytes, another date another serial.
func TestSame(t *testing.T) {
	var last []byte
	for range 3 {
		x, again := inventoried(t, V17, usual, everyName()...)
		var out bytes.Buffer
		if err := x.write(t.Context(), &out, again); err != nil {
			t.Fatal(err)
		}
		if last != nil && !bytes.Equal(last, out.Bytes()) {
			t.Fatal("another document of the same sweep")
		}
		last = out.Bytes()
	}
	x, _ := inventoried(t, V17, usual)
	y, _ := inventoried(t, V16, usual)
	if x.serial() == y.serial() {
		t.Errorf("both versions have the serial number %s", x.serial())
	}
}

// TestBroken: what cannot be read or written is told.
func TestBroken(t *testing.T) {
	x, _ := inventoried(t, V17, usual)
	gone := errors.New("gone")
	err := x.write(t.Context(), &bytes.Buffer{}, func(context.Context) iter.Seq2[fips.Assessment, error] {
		return func(yield func(fips.Assessment, error) bool) { yield(fips.Assessment{}, gone) }
	})
	if !errors.Is(err, gone) {
		t.Errorf("unreadable: %v", err)
	}
	x, again := inventoried(t, V17, usual, everyName()...)
	if err := x.write(t.Context(), full{}, again); !errors.Is(err, errFull) {
		t.Errorf("full disk: %v", err)
	}
	if _, err := ParseVersion("1.5"); err == nil {
		t.Error("1.5 is taken")
	}
}

var errFull = errors.New("no space left")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

// TestCheckBOM: the check of references fails where it should.
func TestCheckBOM(t *testing.T) {
	x, again := inventoried(t, V17, usual, speaking(host(1), scanner.TLSVersion{Version: scanner.TLSv12, Groups: []string{"x25519"}}))
	var out bytes.Buffer
	if err := x.write(t.Context(), &out, again); err != nil {
		t.Fatal(err)
	}
	breaks := map[string]func(map[string]any){
		"a reference that leads nowhere": func(b map[string]any) {
			b["dependencies"].([]any)[1].(map[string]any)["dependsOn"] = []any{"nowhere"}
		},
		"a reference twice": func(b map[string]any) {
			b["services"] = append(b["services"].([]any), map[string]any{"name": "again", "bom-ref": "endpoint/" + host(1).ID})
		},
		"no place in the graph": func(b map[string]any) { b["dependencies"] = []any{} },
		"an unknown field":      func(b map[string]any) { b["components"].([]any)[0].(map[string]any)["fips"] = true },
	}
	for name, do := range breaks {
		var b map[string]any
		if err := json.Unmarshal(out.Bytes(), &b); err != nil {
			t.Fatal(err)
		}
		do(b)
		data, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		if valid.CheckBOM(data) == nil {
			t.Errorf("%s passes", name)
		}
	}
}

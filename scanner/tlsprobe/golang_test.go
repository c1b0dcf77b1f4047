package tlsprobe

import (
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"slices"
	"testing"

	"github.com/fipsweep/fipsweep/scanner"
)

// The suites of Go's server by the versions that can carry them, from its own
// tables.
func goSuites(version uint16, configured []uint16) []string {
	var codes []uint16
	for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		for _, c := range configured {
			for _, v := range s.SupportedVersions {
				if c == s.ID && v == version {
					codes = append(codes, c)
				}
			}
		}
	}
	return suiteNames(codes...)
}

// goRows is Go's crypto/tls, which goes by an order of its own.
func goRows(t *testing.T) []row {
	rsaCert, ecCert := certificate(t, rsaKey(t)), certificate(t, ecKey(t, elliptic.P256()))
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	edCert := certificate(t, edKey)
	var all []uint16 // weak ones too
	for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		all = append(all, s.ID)
	}
	mixed := []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA, tls.TLS_RSA_WITH_RC4_128_SHA}
	suites13 := suiteNames(tls.TLS_AES_128_GCM_SHA256, tls.TLS_AES_256_GCM_SHA384, tls.TLS_CHACHA20_POLY1305_SHA256)
	pss := listed("rsa_pss_rsae_sha256 rsa_pss_rsae_sha384 rsa_pss_rsae_sha512")
	rsas := append(listed("rsa_pkcs1_sha256 rsa_pkcs1_sha384 rsa_pkcs1_sha512"), pss...)
	ecs := listed("ecdsa_secp256r1_sha256 ecdsa_secp384r1_sha384 ecdsa_secp521r1_sha512")
	both12, both13 := append(slices.Clone(rsas), ecs...), append(slices.Clone(pss), ecs[0])
	two := []string{"RSA 2048", "EC secp256r1"}
	nist := listed("secp256r1 secp521r1")
	table := []struct {
		config   string
		tls      *tls.Config
		leaves   []string
		versions map[string]offer
	}{
		{"two keys, RC4 and 3DES, ML-KEM hybrids", &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{rsaCert, ecCert}, CipherSuites: mixed,
			CurvePreferences: []tls.CurveID{tls.X25519MLKEM768, tls.SecP256r1MLKEM768, tls.X25519, tls.CurveP256}}, two, map[string]offer{
			scanner.TLSv12: {suites: goSuites(tls.VersionTLS12, mixed), groups: listed("secp256r1 x25519"), schemes: both12},
			scanner.TLSv13: {suites: suites13, groups: listed("SecP256r1MLKEM768 X25519MLKEM768 secp256r1 x25519"), schemes: both13}}},
		{"every version to TLS 1.2, every suite", &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS12, Certificates: []tls.Certificate{rsaCert, ecCert},
			CipherSuites: all, CurvePreferences: []tls.CurveID{tls.CurveP256, tls.CurveP521}}, two, map[string]offer{
			scanner.TLSv10: {suites: goSuites(tls.VersionTLS10, all), groups: nist},
			scanner.TLSv11: {suites: goSuites(tls.VersionTLS11, all), groups: nist},
			scanner.TLSv12: {suites: goSuites(tls.VersionTLS12, all), groups: nist, schemes: both12}}},
		{"TLS 1.3 alone, more groups than suites", &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{rsaCert},
			CurvePreferences: []tls.CurveID{tls.X25519MLKEM768, tls.SecP384r1MLKEM1024, tls.X25519, tls.CurveP384, tls.CurveP521}}, two[:1], map[string]offer{
			scanner.TLSv13: {suites: suites13, groups: listed("SecP384r1MLKEM1024 X25519MLKEM768 secp384r1 secp521r1 x25519"), schemes: pss}}},
		{"X25519MLKEM768 alone", &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{ecCert}, CurvePreferences: []tls.CurveID{tls.X25519MLKEM768}}, two[1:], map[string]offer{
			scanner.TLSv13: {suites: suites13, groups: listed("X25519MLKEM768"), schemes: ecs[:1]}}},
		{"SecP256r1MLKEM768 alone", &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{edCert}, CurvePreferences: []tls.CurveID{tls.SecP256r1MLKEM768}}, listed("Ed25519"), map[string]offer{
			scanner.TLSv13: {suites: suites13, groups: listed("SecP256r1MLKEM768"), schemes: listed("ed25519")}}},
	}
	var rows []row
	for _, r := range table {
		rows = append(rows, row{"Go", r.config, func(t *testing.T) (scanner.Endpoint, posture) {
			p := posture{versions: r.versions, leaves: r.leaves, anyOrder: true}
			return endpoint(serveTLS(t, r.tls), "lab.test"), p.inOrder(true)
		}})
	}
	return rows
}

// What a probe costs is its connections: no more of them than these, with
// everything found. The servers are those of the benchmark of wide sweeps.
func TestConnections(t *testing.T) {
	rsaCert, ecCert := certificate(t, rsaKey(t)), certificate(t, ecKey(t, elliptic.P256()))
	old := []uint16{tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_RSA_WITH_AES_256_CBC_SHA, tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA}
	for _, row := range []struct {
		name                    string
		most                    int
		suites, groups, schemes int // over all versions
		tls                     *tls.Config
	}{
		{"modern", 21, 8, 5, 4, &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{ecCert},
			CurvePreferences: []tls.CurveID{tls.X25519MLKEM768, tls.X25519, tls.CurveP256}}},
		{"two certificates", 29, 13, 8, 13, &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{ecCert, rsaCert},
			CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521}}},
		{"ML-KEM alone", 14, 3, 1, 1, &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{ecCert}, CurvePreferences: []tls.CurveID{tls.X25519MLKEM768}}},
		{"old", 32, 14, 6, 6, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS12, Certificates: []tls.Certificate{rsaCert}, CipherSuites: old,
			CurvePreferences: []tls.CurveID{tls.CurveP256, tls.CurveP384}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			o := probe(t, endpoint(serveTLS(t, row.tls), ""))
			suites, groups, schemes := 0, 0, 0
			for _, v := range o.TLS.Versions {
				suites, groups, schemes = suites+len(v.Suites), groups+len(v.Groups), schemes+len(v.SignatureSchemes)
			}
			same(t, "suites, groups, schemes", []int{row.suites, row.groups, row.schemes}, []int{suites, groups, schemes})
			same(t, "incomplete", []string(nil), incomplete(o))
			if o.TLS.Connections > row.most {
				t.Errorf("%d connections, %d do: %v", o.TLS.Connections, row.most, o.TLS.Hellos)
			}
			atFloor(t, o)
		})
	}
}

// A server may have other suites and groups in each version: what a newer one
// shows is where an older one is begun to be asked, and no more.
func TestEachVersionIsItsOwn(t *testing.T) {
	const (
		gcm, cbc128, cbc256 = tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA
		rsa128, rsa3DES     = tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA
		ec128, ec256        = tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA
	)
	type has struct {
		suites []uint16
		curves []tls.CurveID
	}
	both := []tls.Certificate{certificate(t, rsaKey(t)), certificate(t, ecKey(t, elliptic.P256()))}
	for _, row := range []struct {
		name           string
		certificates   []tls.Certificate
		v12, v11, v10  has
		thirteenCurves []tls.CurveID
	}{
		{"more curves below", both[:1], has{[]uint16{gcm, rsa128}, []tls.CurveID{tls.CurveP256}},
			has{[]uint16{cbc128, cbc256, rsa128}, []tls.CurveID{tls.CurveP521, tls.X25519, tls.CurveP384}}, has{[]uint16{cbc256, rsa128, rsa3DES}, []tls.CurveID{tls.CurveP384, tls.CurveP256, tls.CurveP521}}, nil},
		{"fewer below", both[:1], has{[]uint16{gcm, cbc128, cbc256, rsa128}, []tls.CurveID{tls.CurveP256, tls.X25519, tls.CurveP384}},
			has{[]uint16{cbc128, rsa128}, []tls.CurveID{tls.CurveP384}}, has{[]uint16{rsa128, rsa3DES}, nil}, []tls.CurveID{tls.CurveP521}},
		{"suites with a curve in the oldest alone", both[:1], has{[]uint16{rsa128}, nil}, has{[]uint16{rsa128, rsa3DES}, nil},
			has{[]uint16{rsa3DES, cbc128, cbc256}, []tls.CurveID{tls.X25519, tls.CurveP521}}, []tls.CurveID{tls.X25519}},
		{"two keys", both, has{[]uint16{gcm, ec128}, []tls.CurveID{tls.X25519, tls.CurveP256}},
			has{[]uint16{ec128, ec256, cbc128}, []tls.CurveID{tls.CurveP521, tls.CurveP256, tls.CurveP384}}, has{[]uint16{ec256, rsa3DES}, []tls.CurveID{tls.CurveP256}}, nil},
		{"ECDSA alone", both[1:], has{[]uint16{ec128, ec256}, []tls.CurveID{tls.X25519, tls.CurveP256}},
			has{[]uint16{ec256}, []tls.CurveID{tls.CurveP521, tls.CurveP384, tls.CurveP256}}, has{[]uint16{ec128, ec256}, []tls.CurveID{tls.CurveP256}}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			of := map[uint16]has{tls.VersionTLS12: row.v12, tls.VersionTLS11: row.v11, tls.VersionTLS10: row.v10}
			newest := uint16(tls.VersionTLS12)
			if row.thirteenCurves != nil {
				newest = tls.VersionTLS13
				of[newest] = has{curves: row.thirteenCurves}
			}
			config := &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: newest, Certificates: row.certificates, GetConfigForClient: func(i *tls.ClientHelloInfo) (*tls.Config, error) {
				for _, v := range i.SupportedVersions {
					if h, ok := of[v]; ok {
						return &tls.Config{MinVersion: v, MaxVersion: v, Certificates: row.certificates, CipherSuites: h.suites, CurvePreferences: h.curves}, nil
					}
				}
				return nil, nil
			}}
			o := probe(t, endpoint(serveTLS(t, config), "lab.test"))
			for _, v := range []version{tls10, tls11, tls12, tls13} {
				var suites, groups []string
				h := of[v.code]
				for _, c := range h.curves {
					groups = append(groups, groupName(uint16(c)))
				}
				if v != tls13 {
					suites = suiteNames(h.suites...)
				} else if h.curves != nil {
					suites = suiteNames(tls.TLS_AES_128_GCM_SHA256, tls.TLS_AES_256_GCM_SHA384, tls.TLS_CHACHA20_POLY1305_SHA256)
				}
				i := slices.IndexFunc(o.TLS.Versions, func(f scanner.TLSVersion) bool { return f.Version == v.name })
				same(t, v.name+" suites", suites, sorted(o.TLS.Versions[i].Suites))
				same(t, v.name+" groups", sorted(groups), sorted(o.TLS.Versions[i].Groups))
			}
			same(t, "incomplete", []string(nil), incomplete(o))
			atFloor(t, o)
		})
	}
}

// A server may choose its key by the schemes alone, and then have no suite for
// it: the other key's chain is found all the same.
func TestKeyChosenByTheSchemes(t *testing.T) {
	rsaCert, ecCert := certificate(t, rsaKey(t)), certificate(t, ecKey(t, elliptic.P256()))
	suites := []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_128_GCM_SHA256}
	for _, most := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		config := &tls.Config{MaxVersion: most, CipherSuites: suites, GetCertificate: func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
			if slices.Contains(h.SignatureSchemes, tls.ECDSAWithP256AndSHA256) {
				return &ecCert, nil
			}
			return &rsaCert, nil
		}}
		o := probe(t, endpoint(serveTLS(t, config), ""))
		same(t, "suites", suiteNames(suites...), seenOf(t, o)[scanner.TLSv12].Suites)
		same(t, "leaves", []string{"EC secp256r1", "RSA 2048"}, leafKeys(o))
	}
}

// Of several ECDSA certificates Go shows the first on a curve that the client
// offers: all are seen at either depth, in TLS 1.2 alone too, whose groups are asked
// for with the certificate's curve kept.
func TestCertificatesByCurve(t *testing.T) {
	p256, p384, p521 := certificate(t, ecKey(t, elliptic.P256())), certificate(t, ecKey(t, elliptic.P384())), certificate(t, ecKey(t, elliptic.P521()))
	for _, row := range []struct {
		name   string
		newest uint16
		shown  []tls.Certificate
		curves []tls.CurveID
		want   []string
	}{
		{"two", tls.VersionTLS12, []tls.Certificate{p256, p384}, []tls.CurveID{tls.CurveP256, tls.CurveP384}, []string{"EC secp256r1", "EC secp384r1"}},
		{"the longer first", tls.VersionTLS12, []tls.Certificate{p384, p256}, []tls.CurveID{tls.CurveP256, tls.CurveP384}, []string{"EC secp256r1", "EC secp384r1"}},
		{"three", tls.VersionTLS12, []tls.Certificate{p256, p521, p384}, []tls.CurveID{tls.CurveP256, tls.CurveP384, tls.CurveP521}, []string{"EC secp256r1", "EC secp384r1", "EC secp521r1"}},
		{"one", tls.VersionTLS12, []tls.Certificate{p256}, []tls.CurveID{tls.CurveP256, tls.CurveP384}, []string{"EC secp256r1"}},
		{"TLS 1.3", tls.VersionTLS13, []tls.Certificate{p256, p384}, []tls.CurveID{tls.CurveP256, tls.CurveP384}, []string{"EC secp256r1", "EC secp384r1"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := clean(t)
			c.MaxVersion, c.Certificates, c.CurvePreferences = row.newest, row.shown, row.curves
			e := endpoint(serveTLS(t, c), "lab.test")
			o := probe(t, e)
			atFloor(t, o)
			for depth, o := range map[string]scanner.Observation{"full": o, "verdict": decided(t, e)} {
				same(t, depth+" leaves", row.want, slices.Compact(leafKeys(o)))
				same(t, depth+" incomplete", []string(nil), incomplete(o))
			}
		})
	}
}

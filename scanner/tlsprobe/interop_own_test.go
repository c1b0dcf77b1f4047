package tlsprobe

import (
	"bufio"
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// annotated reads a recorded message.
func annotated(t *testing.T, name string) []byte {
	t.Helper()
	return lab.Hex(t, "testdata", name)
}

// ownRows is what no package serves, or only with an engine.
func ownRows(t *testing.T) []row {
	return []row{
		{"SSLv2 of our own", "two kinds and a certificate", func(t *testing.T) (scanner.Endpoint, posture) {
			return serveSSL2(t, 0x010080, 0x0700c0), posture{leaves: []string{"RSA 2048"},
				versions: map[string]offer{scanner.SSLv2: {suites: []string{"SSL_CK_DES_192_EDE3_CBC_WITH_MD5", "SSL_CK_RC4_128_WITH_MD5"}}}}
		}},
		{"SSLv2 of our own", "export kinds alone", func(t *testing.T) (scanner.Endpoint, posture) {
			return serveSSL2(t, 0x020080, 0x040080), posture{leaves: []string{"RSA 2048"},
				versions: map[string]offer{scanner.SSLv2: {suites: []string{"SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5", "SSL_CK_RC4_128_EXPORT40_WITH_MD5"}}}}
		}},
		{"TLS 1.3 of our own", "ML-DSA-44 and ML-DSA-87 keys, an ML-DSA-65 issuer", func(t *testing.T) (scanner.Endpoint, posture) {
			return serveMLDSA(t), posture{leaves: []string{"ML-DSA-44", "ML-DSA-87"}, versions: map[string]offer{
				scanner.TLSv13: {suites: []string{"TLS_AES_128_GCM_SHA256"}, groups: []string{"x25519"}, schemes: []string{"mldsa44", "mldsa87"}}}}
		}},
		{"recorded TLS 1.3", "SM4 over curveSM2", func(t *testing.T) (scanner.Endpoint, posture) {
			return serveSM4(t), posture{incomplete: []string{"TLSv1.3 signature schemes: uncomputable", "TLSv1.3 chain: uncomputable"}, versions: map[string]offer{
				scanner.TLSv13: {suites: []string{"TLS_SM4_CCM_SM3", "TLS_SM4_GCM_SM3"}, groups: []string{"curveSM2"}, order: yes(false)}}}
		}},
		{"s_server with the GOST engine", "GOST R 34.10-2012, 256 bits", gost("gost2012_256", "GOST12", "GOST R 34.10-2012-256")},
		{"s_server with the GOST engine", "GOST R 34.10-2012, 512 bits", gost("gost2012_512", "GOST12", "GOST R 34.10-2012-512")},
		{"s_server with the GOST engine", "GOST R 34.10-2001", gost("gost2001", "GOST01", "GOST R 34.10-2001")},
		{"recorded TDS 7", "Go behind its PRELOGIN", func(t *testing.T) (scanner.Endpoint, posture) {
			config, reply := labConfig(t), string(annotated(t, "tds-prelogin-reply.hex"))
			config.MinVersion = tls.VersionTLS12
			e := endpoint(serve(t, func(conn net.Conn) { serveTDS(conn, config, reply, "") }), "lab.test")
			e.Scheme = "mssql"
			return e, labPosture()
		}},
		{"recorded RDP", "Go behind its negotiation", func(t *testing.T) (scanner.Endpoint, posture) {
			config, reply := labConfig(t), string(annotated(t, "rdp-confirm-tls.hex"))
			p := labPosture()
			p.incomplete = []string{"RDP's own security: timeout"} // the recording has no answer to that question
			return behind(t, "rdp", config, lab.Script{{lab.RDPRequest, reply}}), p
		}},
	}
}

// labPosture is labConfig's from TLS 1.2 on.
func labPosture() posture {
	p := posture{leaves: []string{"EC secp256r1"}, anyOrder: true, versions: map[string]offer{}}
	for v, s := range labSeen() {
		if v != scanner.TLSv11 {
			p.versions[v] = offer{suites: s.Suites, groups: s.Groups}
		}
	}
	twelve, thirteen := p.versions[scanner.TLSv12], p.versions[scanner.TLSv13]
	twelve.schemes = []string{"ecdsa_secp256r1_sha256", "ecdsa_secp384r1_sha384", "ecdsa_secp521r1_sha512"}
	thirteen.schemes = twelve.schemes[:1]
	p.versions[scanner.TLSv12], p.versions[scanner.TLSv13] = twelve, thirteen
	return p.inOrder(true)
}

// behind is Go's server behind a scripted dialogue.
func behind(t *testing.T, scheme string, config *tls.Config, says lab.Script) scanner.Endpoint {
	config.MinVersion = tls.VersionTLS12
	e := endpoint(serve(t, func(conn net.Conn) {
		r := bufio.NewReader(conn)
		if says.Play(conn, r) {
			_ = tls.Server(replayed{conn, r}, config).Handshake()
		}
	}), "lab.test")
	e.Scheme = scheme
	return e
}

// An RDP server with its own security has no TLS.
func TestRecordedRDPSecurity(t *testing.T) {
	e := endpoint(serve(t, func(conn net.Conn) {
		(lab.Script{{lab.RDPRequest, string(annotated(t, "rdp-confirm-own.hex"))}}).Play(conn, bufio.NewReader(conn))
	}), "lab.test")
	e.Scheme = "rdp"
	if o := probe(t, e); o.Plain == nil || o.TLS != nil {
		t.Errorf("plain %+v, TLS %+v, failure %+v", o.Plain, o.TLS, o.Failure)
	}
}

// serveSSL2 answers SSLv2 with the kinds of cipher, and nothing newer.
func serveSSL2(t *testing.T, kinds ...uint32) scanner.Endpoint {
	leaf := certificate(t, rsaKey(t)).Certificate[0]
	var b cryptobyte.Builder
	b.AddUint8(4)                       // SERVER-HELLO
	b.AddUint8(0)                       // no session was resumed
	b.AddUint8(1)                       // X.509
	b.AddUint16(2)                      // the version
	b.AddUint16(uint16(len(leaf)))      // lengths of certificate,
	b.AddUint16(uint16(3 * len(kinds))) // kinds,
	b.AddUint16(16)                     // and connection id
	b.AddBytes(leaf)
	for _, k := range kinds {
		b.AddUint24(k)
	}
	b.AddBytes(make([]byte, 16))
	message := b.BytesOrPanic()
	reply := append(binary.BigEndian.AppendUint16(nil, 0x8000|uint16(len(message))), message...)
	return endpoint(serve(t, func(conn net.Conn) {
		if h, err := readHello(conn); err == nil && h.ssl2 {
			conn.Write(reply)
		} else if err == nil {
			conn.Write(alertBytes(tlswire.AlertProtocolVersion))
		}
	}), "lab.test")
}

// offered is what the small TLS 1.3 servers here look at in a hello.
type offered struct {
	thirteen, named         bool
	session                 []byte
	suites, groups, schemes []uint16
	shares                  map[uint16][]byte
	shared                  []uint16 // the groups of shares, in their order
}

func readOffer(raw []byte) (o offered) {
	s := cryptobyte.String(raw[5+4+2+32:])
	var session, suites, methods, extensions cryptobyte.String
	if !s.ReadUint8LengthPrefixed(&session) || !s.ReadUint16LengthPrefixed(&suites) || !s.ReadUint8LengthPrefixed(&methods) || !s.ReadUint16LengthPrefixed(&extensions) {
		return o
	}
	list := func(s cryptobyte.String) (all []uint16) {
		for v := uint16(0); s.ReadUint16(&v); {
			all = append(all, v)
		}
		return all
	}
	o.session, o.suites, o.shares = session, list(suites), map[uint16][]byte{}
	for !extensions.Empty() {
		var kind, group uint16
		var body, inner, share cryptobyte.String
		if !extensions.ReadUint16(&kind) || !extensions.ReadUint16LengthPrefixed(&body) {
			return o
		}
		switch kind {
		case 0:
			o.named = true
		case 10:
			body.ReadUint16LengthPrefixed(&inner)
			o.groups = list(inner)
		case 13:
			body.ReadUint16LengthPrefixed(&inner)
			o.schemes = list(inner)
		case 43:
			body.ReadUint8LengthPrefixed(&inner)
			o.thirteen = slices.Contains(list(inner), 0x0304)
		case 51:
			body.ReadUint16LengthPrefixed(&inner)
			for inner.ReadUint16(&group) && inner.ReadUint16LengthPrefixed(&share) {
				o.shares[group], o.shared = share, append(o.shared, group)
			}
		}
	}
	return o
}

// serveSM4 answers with the recorded HelloRetryRequest, the suite being the
// client's first of the two.
func serveSM4(t *testing.T) scanner.Endpoint {
	retry := annotated(t, "sm4-retry.hex")
	const session, suite = 5 + 4 + 2 + 32 + 1, 5 + 4 + 2 + 32 + 1 + 32
	return endpoint(serve(t, func(conn net.Conn) {
		h, err := readHello(conn)
		if err != nil {
			return
		}
		if h.ssl2 {
			conn.Write(alertBytes(tlswire.AlertProtocolVersion))
			return
		}
		o := readOffer(h.raw)
		i := slices.IndexFunc(o.suites, func(c uint16) bool { return c == 0x00c6 || c == 0x00c7 })
		switch {
		case !o.thirteen:
			conn.Write(alertBytes(tlswire.AlertProtocolVersion))
		case i < 0, !slices.Contains(o.groups, 41):
			conn.Write(alertBytes(tlswire.AlertHandshakeFailure))
		default:
			reply := bytes.Clone(retry)
			copy(reply[session:], o.session)
			binary.BigEndian.PutUint16(reply[suite:], o.suites[i])
			conn.Write(reply)
		}
	}), "lab.test")
}

// serveMLDSA has two ML-DSA keys.
func serveMLDSA(t *testing.T) scanner.Endpoint {
	issuer := annotated(t, "mldsa65-issuer.hex")
	keys := map[uint16][]byte{0x0904: annotated(t, "mldsa44-leaf.hex"), 0x0906: annotated(t, "mldsa87-leaf.hex")} // draft-ietf-tls-mldsa
	return serve13(t, func(o offered) (uint16, [][]byte) {
		for _, scheme := range []uint16{0x0904, 0x0906} {
			if slices.Contains(o.schemes, scheme) {
				return scheme, [][]byte{keys[scheme], issuer}
			}
		}
		return 0, nil
	})
}

// signatureSizes is those of FIPS 204 table 2; of others a size like theirs.
var signatureSizes = map[uint16]int{0x0904: 2420, 0x0905: 3309, 0x0906: 4627, 0x0807: 64}

// serve13 is a TLS 1.3 server that has TLS_AES_128_GCM_SHA256 and X25519,
// written from RFC 8446; it answers up to its Finished. It signs with the
// scheme, and shows the chain, that choose picks; scheme 0 refuses. The
// CertificateVerify has the size of a signature and is none.
func serve13(t *testing.T, choose func(offered) (scheme uint16, chain [][]byte)) scanner.Endpoint {
	return endpoint(serve(t, func(conn net.Conn) {
		h, err := readHello(conn)
		if err != nil {
			return
		}
		if h.ssl2 {
			conn.Write(alertBytes(tlswire.AlertProtocolVersion))
			return
		}
		o := readOffer(h.raw)
		scheme, chain := choose(o)
		switch {
		case !o.thirteen:
			conn.Write(alertBytes(tlswire.AlertProtocolVersion))
			return
		case scheme == 0, !slices.Contains(o.suites, 0x1301), !slices.Contains(o.groups, 29):
			conn.Write(alertBytes(tlswire.AlertHandshakeFailure))
			return
		}
		share, ok := o.shares[29]
		if !ok {
			retry, _ := hex.DecodeString("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
			conn.Write(record(22, message(2, helloBody(o, retry, []byte{0, 29}))))
			return
		}
		conn.Write(flight13(h.raw, o, share, scheme, chain, signatureSizes[scheme]))
		io.Copy(io.Discard, conn)
	}), "lab.test")
}

func record(kind byte, body []byte) []byte {
	return append([]byte{kind, 3, 3, byte(len(body) >> 8), byte(len(body))}, body...)
}

func message(kind byte, body []byte) []byte {
	return append([]byte{kind, byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body))}, body...)
}

// helloBody is a ServerHello with TLS 1.3, TLS_AES_128_GCM_SHA256 and a
// key_share extension.
func helloBody(o offered, random, share []byte) []byte {
	var b cryptobyte.Builder
	b.AddUint16(0x0303)
	b.AddBytes(random)
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(o.session) })
	b.AddUint16(0x1301)
	b.AddUint8(0)
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
		b.AddBytes([]byte{0, 43, 0, 2, 3, 4, 0, 51})
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(share) })
	})
	return b.BytesOrPanic()
}

// flight13 is ServerHello to Finished.
func flight13(hello []byte, o offered, theirs []byte, scheme uint16, chain [][]byte, signature int) []byte {
	key, _ := ecdh.X25519().GenerateKey(rand.Reader)
	point, err := ecdh.X25519().NewPublicKey(theirs)
	if err != nil {
		return alertBytes(tlswire.AlertHandshakeFailure)
	}
	secret, _ := key.ECDH(point)
	random := make([]byte, 32)
	rand.Read(random)
	serverHello := message(2, helloBody(o, random, slices.Concat([]byte{0, 29, 0, 32}, key.PublicKey().Bytes())))

	// RFC 8446 section 7.1.
	expand := func(secret []byte, label string, context []byte, n int) []byte {
		info := slices.Concat([]byte{byte(n >> 8), byte(n), byte(6 + len(label))}, []byte("tls13 "+label), []byte{byte(len(context))}, context)
		out, _ := hkdf.Expand(sha256.New, secret, string(info), n)
		return out
	}
	empty, zero := sha256.Sum256(nil), make([]byte, 32)
	early, _ := hkdf.Extract(sha256.New, zero, zero)
	handshake, _ := hkdf.Extract(sha256.New, secret, expand(early, "derived", empty[:], 32))
	transcript := slices.Concat(hello[5:], serverHello)
	soFar := sha256.Sum256(transcript)
	traffic := expand(handshake, "s hs traffic", soFar[:], 32)
	block, _ := aes.NewCipher(expand(traffic, "key", nil, 16))
	aead, _ := cipher.NewGCM(block)
	iv := expand(traffic, "iv", nil, 12)

	var certificates, verify cryptobyte.Builder
	certificates.AddUint8(0)
	certificates.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
		for _, der := range chain {
			b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(der) })
			b.AddUint16(0)
		}
	})
	verify.AddUint16(scheme)
	verify.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(make([]byte, signature)) })
	rest := slices.Concat(message(8, []byte{0, 0}), message(11, certificates.BytesOrPanic()), message(15, verify.BytesOrPanic()))
	whole := sha256.Sum256(append(transcript, rest...))
	mac := hmac.New(sha256.New, expand(traffic, "finished", nil, 32))
	mac.Write(whole[:])
	rest = append(rest, message(20, mac.Sum(nil))...)

	out := append(record(22, serverHello), record(20, []byte{1})...)
	sequence := uint64(0)
	for piece := range slices.Chunk(rest, 4000) {
		inner := append(slices.Clone(piece), 22)
		n := len(inner) + aead.Overhead()
		header := []byte{23, 3, 3, byte(n >> 8), byte(n)}
		nonce := slices.Clone(iv)
		for i, b := range binary.BigEndian.AppendUint64(nil, sequence) {
			nonce[4+i] ^= b
		}
		out = append(append(out, header...), aead.Seal(nil, nonce, inner, header)...)
		sequence++
	}
	return out
}

// gost is s_server with a GOST key and every suite of OpenSSL's engine for it,
// as openssl lists them.
func gost(algorithm, authentication, key string) func(*testing.T) (scanner.Endpoint, posture) {
	return func(t *testing.T) (scanner.Endpoint, posture) {
		lab.Program(t, "gostsum")
		conf := "OPENSSL_CONF=" + lab.Written(t, "openssl.cnf", "openssl_conf = conf\n[conf]\nengines = engines\n[engines]\ngost = gost\n[gost]\ndefault_algorithms = ALL\n")
		openssl := func(args ...string) string {
			return lab.Run(t, "env", append([]string{conf, lab.Program(t, "openssl")}, args...)...)
		}
		dir := t.TempDir()
		k, c := filepath.Join(dir, "key.pem"), filepath.Join(dir, "cert.pem")
		openssl("genpkey", "-algorithm", algorithm, "-pkeyopt", "paramset:A", "-out", k)
		openssl("req", "-x509", "-new", "-key", k, "-subj", "/CN=lab.test", "-days", "2", "-out", c)
		const ciphers = "kGOST:@SECLEVEL=0"
		p := posture{leaves: []string{key}, versions: map[string]offer{}}
		for v, option := range opensslVersions {
			var o offer
			for line := range strings.Lines(openssl("ciphers", "-s", "-V", option, ciphers)) {
				f := strings.Fields(line) // 0xC1,0x02 - NAME VERSION Kx= Au= Enc= Mac=
				au := strings.TrimPrefix(f[5], "Au=")
				// OpenSSL lets a key of 2001 serve the suites of 2012 but the
				// newest, which have another key exchange.
				if au == authentication || au == "unknown" && authentication == "GOST12" || authentication == "GOST01" && f[4] == "Kx=GOST" {
					code, err := strconv.ParseUint(strings.ReplaceAll(f[0], ",0x", "")[2:], 16, 16)
					if err != nil {
						t.Fatal(err)
					}
					o.suites = append(o.suites, suiteName(uint16(code)))
				}
			}
			p.versions[v] = o
		}
		out := lab.Start(t, "env", conf, lab.Program(t, "openssl"), "s_server", "-accept", "127.0.0.1:0", "-cert", c, "-key", k, "-no_tls1_3", "-cipher", ciphers)
		return accepts(t, out), p.inOrder(false)
	}
}

// A server that does not know the user names no suite in its refusal, and has
// others besides.
func TestUnknownSRPUser(t *testing.T) {
	body := slices.Concat([]byte{3, 3}, make([]byte, 32), []byte{0, 0, 0x2f, 0})
	reply := record(22, slices.Concat(message(2, body), message(14, nil)))
	addr := serve(t, func(conn net.Conn) {
		h, err := readHello(conn)
		if err != nil {
			return
		}
		var o offered
		if !h.ssl2 && h.raw[10] == 3 { // TLS 1.2
			o = readOffer(h.raw)
		}
		has := func(c uint16) bool { return slices.Contains(o.suites, c) }
		switch {
		case h.ssl2 || len(o.suites) == 0 || o.thirteen:
			conn.Write(alertBytes(tlswire.AlertProtocolVersion))
		case (has(0xc01d) || has(0xc020)) && !bytes.Contains(h.raw, []byte("\x00\x0c\x00\x09\x08fipsweep")):
			t.Error("a hello offers suites of SRP and names no user")
		case has(0xc01d), has(0xc020):
			conn.Write(alertBytes(tlswire.AlertUnknownPSKIdentity))
		case has(0x002f):
			conn.Write(reply)
		default:
			conn.Write(alertBytes(tlswire.AlertHandshakeFailure))
		}
	})
	v := probe(t, endpoint(addr, "")).TLS.Versions[4]
	same(t, "suites", suiteNames(0x002f, 0xc01d, 0xc020), sorted(v.Suites))
}

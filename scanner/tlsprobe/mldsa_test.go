package tlsprobe

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// vector reads a certificate from testdata/certs.
func vector(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "testdata", "certs", name))
	if err != nil {
		t.Fatal(err)
	}
	var digits strings.Builder
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "#") {
			digits.WriteString(strings.TrimSpace(line))
		}
	}
	der, err := hex.DecodeString(digits.String())
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// offered is what a small server looks at in a hello of TLS 1.3.
type offered struct {
	tls13, named, share bool // share: of X25519
	suites, groups      []uint16
	schemes             []uint16
}

func numbers(s cryptobyte.String) (list []uint16) {
	var n uint16
	for s.ReadUint16(&n) {
		list = append(list, n)
	}
	return list
}

func offeredIn(record []byte) (o offered) {
	s := cryptobyte.String(record)
	var skipped, suites, extensions, body, inner cryptobyte.String
	var kind uint16
	if !s.Skip(5+4+2+32) || !s.ReadUint8LengthPrefixed(&skipped) || !s.ReadUint16LengthPrefixed(&suites) ||
		!s.ReadUint8LengthPrefixed(&skipped) || !s.ReadUint16LengthPrefixed(&extensions) {
		return o
	}
	o.suites = numbers(suites)
	for extensions.ReadUint16(&kind) && extensions.ReadUint16LengthPrefixed(&body) {
		switch kind {
		case 0:
			o.named = true
		case 10:
			body.ReadUint16LengthPrefixed(&inner)
			o.groups = numbers(inner)
		case 13:
			body.ReadUint16LengthPrefixed(&inner)
			o.schemes = numbers(inner)
		case 43:
			o.tls13 = bytes.Contains(body, []byte{3, 4})
		case 51:
			o.share = len(body) > 6 && bytes.HasPrefix(body[2:], []byte{0, 29})
		}
	}
	return o
}

// serverHello is one of TLS 1.3 over X25519 and TLS_AES_128_GCM_SHA256, or the
// request for such a share.
func serverHello(retry bool) []byte {
	random, share := bytes.Repeat([]byte{7}, 32), append([]byte{0, 51, 0, 36, 0, 29, 0, 32}, bytes.Repeat([]byte{9}, 32)...)
	if retry { // RFC 8446 section 4.1.3
		sum := sha256.Sum256([]byte("HelloRetryRequest"))
		random, share = sum[:], []byte{0, 51, 0, 2, 0, 29}
	}
	extensions := append([]byte{0, 43, 0, 2, 3, 4}, share...)
	body := slices.Concat([]byte{3, 3}, random, []byte{0, 0x13, 1, 0, 0, byte(len(extensions))}, extensions)
	return append([]byte{2, 0, 0, byte(len(body))}, body...)
}

// flight is what follows the ServerHello: the chain, and a CertificateVerify
// whose signature nobody checks.
func flight(scheme uint16, chain [][]byte) []byte {
	var b cryptobyte.Builder
	b.AddBytes([]byte{8, 0, 0, 2, 0, 0}) // EncryptedExtensions
	b.AddUint8(11)
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
		b.AddUint8(0)
		b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
			for _, der := range chain {
				b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(der) })
				b.AddUint16(0)
			}
		})
	})
	b.AddBytes([]byte{15, 0, 0, 8, byte(scheme >> 8), byte(scheme), 0, 4, 1, 2, 3, 4, 20, 0, 0, 1, 1})
	return b.BytesOrPanic()
}

// answered is how a server of TLS 1.3 with a chain for each scheme answers.
func answered(t *testing.T, record []byte, choose func(offered) (uint16, [][]byte)) []byte {
	o := offeredIn(record)
	scheme, chain := choose(o)
	switch {
	case !o.tls13:
		return alertBytes(tlswire.AlertProtocolVersion)
	case !slices.Contains(o.suites, 0x1301) || !slices.Contains(o.groups, 29) || scheme == 0:
		return alertBytes(tlswire.AlertHandshakeFailure)
	}
	raw := serverHello(!o.share)
	reply := append([]byte{22, 3, 3, 0, byte(len(raw))}, raw...)
	if !o.share {
		return reply
	}
	h, err := tlswire.ParseServerHello(raw[4:])
	if err != nil {
		t.Error(err)
		return nil
	}
	k, ok := newKeys(append(tlswire.HandshakeMessages(record), raw...), answer{hello: h})
	if !ok {
		t.Error("no keys")
		return nil
	}
	seal, err := k.sealer(k.server)
	if err != nil {
		t.Error(err)
		return nil
	}
	for part := range slices.Chunk(flight(scheme, chain), 1<<13) {
		reply = append(reply, seal.seal(tlswire.TypeHandshake, part)...)
	}
	return reply
}

// TestChainsOfMLDSA has what no package serves yet: chains of ML-DSA, another
// with a name than without, beside one of Ed25519. The certificates are real,
// and so are their signatures.
func TestChainsOfMLDSA(t *testing.T) {
	leaf, issuer, root := vector(t, "mldsa-leaf.hex"), vector(t, "mldsa-issuer.hex"), vector(t, "mldsa-root.hex")
	ed := signed(t, nil, "lab.test", edKey(t))
	const ed25519, mldsa44, mldsa65 = 0x0807, 0x0904, 0x0905
	choose := func(o offered) (uint16, [][]byte) {
		switch {
		case o.named && slices.Contains(o.schemes, ed25519):
			return ed25519, shows(ed)
		case o.named && slices.Contains(o.schemes, mldsa44):
			return mldsa44, [][]byte{leaf, root, issuer}
		case !o.named && slices.Contains(o.schemes, mldsa65):
			return mldsa65, [][]byte{issuer, root}
		case !o.named && slices.Contains(o.schemes, mldsa44):
			return mldsa44, [][]byte{leaf, issuer}
		}
		return 0, nil
	}
	addr := serve(t, func(conn net.Conn) {
		if h, err := readHello(conn); err == nil && !h.ssl2 {
			conn.Write(answered(t, h.raw, choose))
		}
	})
	anchors, err := pkix.ParseAnchors("root", root)
	if err != nil {
		t.Fatal(err)
	}
	o := New(new(dialer).dial, Options{Anchors: []*pkix.Anchors{anchors}}).Probe(t.Context(), endpoint(addr, "lab.test"))
	if o.TLS == nil {
		t.Fatalf("no TLS observed: %+v", o.Failure)
	}
	same(t, "schemes", []string{"ed25519", "mldsa44"}, o.TLS.Versions[5].SignatureSchemes)
	same(t, "incomplete", []string(nil), incomplete(o))
	atFloor(t, o)
	type shown struct {
		name string
		keys []string
		path []int
	}
	var got []shown
	for _, c := range o.TLS.Chains {
		s := shown{name: c.Name, path: c.Path}
		for _, cert := range c.Certificates {
			s.keys = append(s.keys, cert.Key.Algorithm+" by "+cert.SignatureAlgorithm+cert.Problem)
		}
		got = append(got, s)
		if pq := c.Certificates[0].Key.Algorithm != "Ed25519"; pq != (c.Trust[0].Trusted == nil) || pq != (c.Trust[0].Reason == scanner.TrustUncomputable) {
			t.Errorf("trust of %v: %+v", s.keys, c.Trust[0])
		}
	}
	const key44, key65, key87 = "ML-DSA-44 by id-ml-dsa-65", "ML-DSA-65 by id-ml-dsa-87", "ML-DSA-87 by id-ml-dsa-87"
	want := []shown{
		{"lab.test", []string{"Ed25519 by Ed25519"}, []int{0}},
		{"lab.test", []string{key44, key87, key65}, []int{0, 2, 1}},
		{"", []string{key65, key87}, []int{0, 1}},
		{"", []string{key44, key65}, []int{0, 1}},
	}
	if len(got) != len(want) {
		t.Fatalf("%d chains, want %d: %v", len(got), len(want), got)
	}
	for i := range want {
		same(t, "name", want[i].name, got[i].name)
		same(t, "keys", want[i].keys, got[i].keys)
		same(t, "way up", want[i].path, got[i].path)
	}
}

package sshprobe_test

import (
	"bufio"
	"crypto"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/mlkem"
	"crypto/rand"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/sshwire"
)

func edSigner(t *testing.T) ssh.Signer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromSigner(key)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// TestHybridGo asks another implementation of the hybrid with ML-KEM.
func TestHybridGo(t *testing.T) {
	t.Parallel()
	if os.Getenv("FIPSWEEP_TEST_FIPS") == "only" {
		t.Skip("the test's own server refuses X25519 in this mode")
	}
	signer := edSigner(t)
	config := &ssh.ServerConfig{NoClientAuth: true}
	config.KeyExchanges = []string{ssh.KeyExchangeMLKEM768X25519}
	config.AddHostKey(signer)
	addr := serve(t, func(_ int, c net.Conn) { ssh.NewServerConn(c, config) })
	o, n := probe(t, addr, 10*time.Second)
	provenByOne(t, o, n, signer)
}

func provenByOne(t *testing.T, o scanner.Observation, n int, signer ssh.Signer) {
	t.Helper()
	if o.SSH == nil || n != 1 || o.Incomplete != nil {
		t.Fatalf("failure %+v, %d connections, incomplete %v", o.Failure, n, o.Incomplete)
	}
	want := []scanner.HostKey{{Type: "ssh-ed25519", Bits: 256, SHA256: scanner.Digest(signer.PublicKey().Marshal()), Proven: true}}
	if diff := diffKeys(want, o.SSH.HostKeys); diff != "" {
		t.Error(diff)
	}
}

// TestHybridCurves has a responder do the NIST hybrids, which no server of the
// distribution has (RFC 10042). It takes a
// point for good only if the curve does, and a key only if ML-KEM does.
func TestHybridCurves(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		hash  crypto.Hash
		curve ecdh.Curve
		key   int
	}{
		{"mlkem768x25519-sha256", crypto.SHA256, ecdh.X25519(), mlkem.EncapsulationKeySize768},
		{"mlkem768nistp256-sha256", crypto.SHA256, ecdh.P256(), mlkem.EncapsulationKeySize768},
		{"mlkem1024nistp384-sha384", crypto.SHA384, ecdh.P384(), mlkem.EncapsulationKeySize1024},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			signer := edSigner(t)
			addr := serve(t, func(_ int, c net.Conn) { hybrid(t, c, tt.name, tt.hash, tt.curve, tt.key, signer) })
			o, n := probe(t, addr, 10*time.Second)
			provenByOne(t, o, n, signer)
		})
	}
}

// hybrid is a server's side of one key exchange.
func hybrid(t *testing.T, c net.Conn, name string, hash crypto.Hash, curve ecdh.Curve, size int, signer ssh.Signer) {
	k := offer("ssh-ed25519")
	k.KexAlgorithms = []string{name}
	c.Write([]byte(line))
	c.Write(packet(k.Payload()))
	r := bufio.NewReader(c)
	id, err := sshwire.ReadIdentification(r)
	theirs, errKexinit := sshwire.ReadPacket(r)
	init, errInit := sshwire.ReadPacket(r)
	if err != nil || errKexinit != nil || errInit != nil || len(init) < 5+size || init[0] != sshwire.MsgKexInit {
		t.Errorf("client's messages: %v %v %v %x", err, errKexinit, errInit, init)
		return
	}
	public := init[5:]
	point, err := curve.NewPublicKey(public[size:])
	if err != nil {
		t.Errorf("point: %v", err)
		return
	}
	own, _ := curve.GenerateKey(rand.Reader)
	second, _ := own.ECDH(point)
	first, ciphertext := encapsulate(t, public[:size])
	answer := append(ciphertext, own.PublicKey().Bytes()...)
	var h []byte
	blob := signer.PublicKey().Marshal()
	for _, part := range [][]byte{id.Line, []byte(strings.TrimSpace(line)), theirs, k.Payload(), blob, public, answer, sum(hash, first, second)} {
		h = sshwire.AppendString(h, part)
	}
	sig, err := signer.Sign(rand.Reader, sum(hash, h))
	if err != nil {
		t.Error(err)
		return
	}
	c.Write(packet(sshwire.KexReply{HostKey: blob, Public: answer, Signature: ssh.Marshal(sig)}.Payload(sshwire.MsgKexReply)))
	c.Write(packet([]byte{sshwire.MsgNewkeys}))
	sshwire.ReadPacket(r) // its goodbye
}

func encapsulate(t *testing.T, public []byte) (secret, ciphertext []byte) {
	if k, err := mlkem.NewEncapsulationKey768(public); err == nil {
		return k.Encapsulate()
	}
	k, err := mlkem.NewEncapsulationKey1024(public)
	if err != nil {
		t.Errorf("key of %d bytes: %v", len(public), err)
		return nil, nil
	}
	return k.Encapsulate()
}

func sum(hash crypto.Hash, parts ...[]byte) []byte {
	h := hash.New()
	h.Write(slices.Concat(parts...))
	return h.Sum(nil)
}

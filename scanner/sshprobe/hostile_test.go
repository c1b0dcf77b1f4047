package sshprobe_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/sshprobe"
	"github.com/fipsweep/fipsweep/scanner/sshwire"
)

const line = "SSH-2.0-responder\r\n"

// offer is a KEXINIT like a small server's.
func offer(keys ...string) sshwire.Kexinit {
	return sshwire.Kexinit{
		KexAlgorithms: []string{"curve25519-sha256"}, ServerHostKeyAlgorithms: keys,
		EncryptionClientServer: []string{"aes128-ctr"}, EncryptionServerClient: []string{"aes128-ctr"},
		MACClientServer: []string{"hmac-sha2-256"}, MACServerClient: []string{"hmac-sha2-256"},
		CompressionClientServer: []string{"none"}, CompressionServerClient: []string{"none"},
	}
}

// say writes, then reads until the client has gone, so that nothing it wrote
// makes our closing a reset.
func say(conn net.Conn, parts ...[]byte) {
	for _, p := range parts {
		conn.Write(p)
	}
	io.Copy(io.Discard, conn)
}

func packet(payload []byte) []byte { return sshwire.AppendPacket(nil, payload) }

func reset(conn net.Conn) {
	time.Sleep(50 * time.Millisecond) // the client is to see the connection first
	conn.(*net.TCPConn).SetLinger(0)
	conn.Close()
}

// TestFailures are peers of which nothing is learned.
func TestFailures(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		handle func(conn net.Conn)
		want   scanner.Failure
	}{
		{"closes", func(net.Conn) {}, scanner.Failure{Stage: "greeting", Reason: "closed", Detail: "waiting for the identification"}},
		{"resets", reset, scanner.Failure{Stage: "greeting", Reason: "reset", Detail: "waiting for the identification"}},
		{"silent", func(c net.Conn) { say(c) }, scanner.Failure{Stage: "greeting", Reason: "timeout", Detail: "waiting for the identification"}},
		{"half a banner", func(c net.Conn) { c.Write([]byte("SSH-2.0-Op")) }, scanner.Failure{Stage: "handshake", Reason: "not-understood", Detail: "SSH-2.0-Op"}},
		{"half a banner and silence", func(c net.Conn) { say(c, []byte("SSH-2.0-Op")) }, scanner.Failure{Stage: "handshake", Reason: "timeout", Detail: "waiting for the identification"}},
		{"another protocol", func(c net.Conn) { c.Write([]byte("220 mail\x1b[0m\r\n")) }, scanner.Failure{Stage: "handshake", Reason: "not-understood", Detail: `220 mail\x1b[0m\r\n`}},
		{"garbage", func(c net.Conn) { c.Write(bytes.Repeat([]byte{0xff, '\n'}, 30000)) }, scanner.Failure{Stage: "handshake", Reason: "too-large", Detail: "text before the identification: more than the bound allows"}},
		{"100 MB banner", func(c net.Conn) {
			for chunk := bytes.Repeat([]byte("a"), 1<<20); ; {
				if _, err := c.Write(chunk); err != nil {
					return
				}
			}
		}, scanner.Failure{Stage: "handshake", Reason: "too-large", Detail: "identification: more than the bound allows"}},
		{"one byte at a time", func(c net.Conn) {
			for _, err := c.Write([]byte("a")); err == nil; _, err = c.Write([]byte("a")) {
				time.Sleep(100 * time.Millisecond)
			}
		}, scanner.Failure{Stage: "handshake", Reason: "timeout", Detail: "waiting for the identification"}},
		{"MaxStartups", func(c net.Conn) { c.Write([]byte("Exceeded MaxStartups\r\n")) }, scanner.Failure{Stage: "handshake", Reason: "throttled", Detail: `Exceeded MaxStartups\r\n`}},
		{"PerSourcePenalties", func(c net.Conn) { c.Write([]byte("Not allowed at this time\r\n")) }, scanner.Failure{Stage: "handshake", Reason: "throttled", Detail: `Not allowed at this time\r\n`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			addr := serve(t, func(_ int, c net.Conn) { tt.handle(c) })
			start := time.Now()
			o, n := probe(t, addr, time.Second)
			if o.Failure == nil {
				t.Fatalf("no failure but %+v", o.SSH)
			}
			if diff := cmp.Diff(tt.want, *o.Failure); diff != "" {
				t.Error(diff)
			}
			if took := time.Since(start); n != 1 || took > 3*time.Second {
				t.Errorf("%d connections, %v", n, took)
			}
		})
	}
}

func TestNoConnection(t *testing.T) {
	t.Parallel()
	addr := lab.Port(t)
	o, n := probe(t, addr, time.Second)
	want := &scanner.Failure{Stage: scanner.StageConnect, Reason: scanner.ReasonRefused}
	if diff := cmp.Diff(want, o.Failure); diff != "" || n != 0 {
		t.Errorf("%d connections %s", n, diff)
	}
}

// TestPartial are peers of which the identification is learned, and not more.
func TestPartial(t *testing.T) {
	t.Parallel()
	huge := packet(offer("ssh-ed25519").Payload())
	huge[0], huge[1] = 0, 160 // 10 MB
	names := offer("ssh-ed25519")
	names.KexAlgorithms = strings.Split(strings.Repeat("x,", 20000), ",")
	for _, tt := range []struct {
		name string
		sent []byte
		want []scanner.Incomplete
	}{
		{"protocol 1", []byte("SSH-1.5-1.2.27\n"), nil},
		{"no KEXINIT", []byte(line), []scanner.Incomplete{{What: "ssh kexinit", Reason: "timeout", Detail: "waiting for KEXINIT"}}},
		{"10 MB packet", append([]byte(line), huge...), []scanner.Incomplete{{What: "ssh kexinit", Reason: "too-large", Detail: "packet of 10485916 bytes: more than the bound allows"}}},
		{"long name list", append([]byte(line), packet(names.Payload())...), []scanner.Incomplete{{What: "ssh kexinit", Reason: "too-large", Detail: "name-list 1 of KEXINIT: more than the bound allows"}}},
		{"another message", append([]byte(line), packet([]byte{99})...), []scanner.Incomplete{{What: "ssh kexinit", Reason: "not-understood", Detail: "message 99 in place of 20: malformed"}}},
		{"endless IGNORE", append([]byte(line), bytes.Repeat(packet([]byte{2, 0, 0, 0, 0}), 1000)...), []scanner.Incomplete{{What: "ssh kexinit", Reason: "too-large", Detail: "messages that mean nothing: more than the bound allows"}}},
		{"disconnect", append([]byte(line), packet(sshwire.Disconnect{Code: 2, Text: []byte("go\naway")}.Payload())...), []scanner.Incomplete{{What: "ssh kexinit", Reason: "closed", Detail: `disconnected with code 2: go\naway`}}},
		{"too many connections", append([]byte(line), packet(sshwire.Disconnect{Code: 12, Text: []byte("busy")}.Payload())...), []scanner.Incomplete{{What: "ssh kexinit", Reason: "throttled", Detail: "disconnected with code 12: busy"}}},
		{"no host key answer", append([]byte(line), packet(offer("ssh-ed25519", "rsa-sha2-256").Payload())...), []scanner.Incomplete{
			{What: "ssh host key ssh-ed25519", Reason: "timeout", Detail: "waiting for the host key"},
			{What: "ssh host key ssh-rsa", Reason: "timeout", Detail: "waiting for the host key"},
			{What: "ssh server-sig-algs", Reason: "timeout", Detail: "waiting for the host key"}}},
		{"no host keys", append([]byte(line), packet(offer().Payload())...), []scanner.Incomplete{
			{What: "ssh server_host_key_algorithms", Reason: "not-understood", Detail: "the list is empty"}}},
		{"no names at all", append([]byte(line), packet(sshwire.Kexinit{}.Payload())...), []scanner.Incomplete{
			{What: "ssh kex_algorithms", Reason: "not-understood", Detail: "the list is empty"},
			{What: "ssh server_host_key_algorithms", Reason: "not-understood", Detail: "the list is empty"},
			{What: "ssh encryption_algorithms_client_to_server", Reason: "not-understood", Detail: "the list is empty"},
			{What: "ssh encryption_algorithms_server_to_client", Reason: "not-understood", Detail: "the list is empty"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			addr := serve(t, func(_ int, c net.Conn) { say(c, tt.sent) })
			o, n := probe(t, addr, time.Second)
			if o.SSH == nil {
				t.Fatalf("failure %+v", o.Failure)
			}
			if diff := cmp.Diff(tt.want, o.Incomplete); diff != "" || n != 1 {
				t.Errorf("%d connections %s", n, diff)
			}
			if !strings.HasPrefix(string(tt.sent), o.SSH.Banner) {
				t.Errorf("banner %q", o.SSH.Banner)
			}
		})
	}
}

// TestThrottledLater has a real server behind a door that shuts.
func TestThrottledLater(t *testing.T) {
	t.Parallel()
	server, _, keys := sshd(t, "", "ed25519-256", "ecdsa-256", "rsa-2048")
	for _, tt := range []struct {
		name   string
		shut   func(net.Conn)
		detail string
	}{
		{"penalty", func(c net.Conn) { c.Write([]byte("Not allowed at this time\r\n")) }, `Not allowed at this time\r\n`},
		{"MaxStartups, and still after a pause", func(c net.Conn) { c.Write([]byte("Exceeded MaxStartups\r\n")) }, `Exceeded MaxStartups\r\n`},
		{"silent close", func(net.Conn) {}, "after an answer: closed"},
		{"reset", reset, "after an answer: reset"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			addr := serve(t, func(n int, c net.Conn) {
				if n == 0 {
					relay(c, server, false)
				} else {
					tt.shut(c)
				}
			})
			o, n := probe(t, addr, 5*time.Second)
			want := 2
			if strings.HasPrefix(tt.name, "MaxStartups") { // a busy server is waited for, once
				want = 3
			}
			if o.SSH == nil || n != want {
				t.Fatalf("failure %+v, %d connections, want %d", o.Failure, n, want)
			}
			// sshd lists the keys as its configuration does: Ed25519 first here.
			if diff := diffKeys(keys[:1], o.SSH.HostKeys); diff != "" {
				t.Error(diff)
			}
			lost := []scanner.Incomplete{
				{What: "ssh host key ecdsa-sha2-nistp256", Reason: scanner.ReasonThrottled, Detail: tt.detail},
				{What: "ssh host key ssh-rsa", Reason: scanner.ReasonThrottled, Detail: tt.detail},
				{What: "ssh group exchange primes at bits 2048, 3072, 4096, 8192", Reason: scanner.ReasonThrottled, Detail: tt.detail},
				{What: "ssh group exchange in the old style", Reason: scanner.ReasonThrottled, Detail: tt.detail},
			}
			if diff := cmp.Diff(lost, o.Incomplete); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestSegments has a real server's bytes come one by one.
func TestSegments(t *testing.T) {
	t.Parallel()
	server, said, keys := sshd(t, "", "ed25519-256", "rsa-2048")
	addr := serve(t, func(_ int, c net.Conn) { relay(c, server, true) })
	o, _ := probe(t, addr, 10*time.Second)
	if o.SSH == nil {
		t.Fatalf("failure %+v", o.Failure)
	}
	listsAsConfigured(t, o.SSH, said)
	if diff := diffKeys(keys, o.SSH.HostKeys); diff != "" {
		t.Error(diff)
	}
}

// TestHostileGroups sends primes that must not be computed with, and then has
// the key still asked for in another way.
func TestHostileGroups(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		p, g   *big.Int
		detail string
	}{
		{"zero", big.NewInt(0), big.NewInt(2), "prime of 0 bits: cannot be computed"},
		{"tiny", big.NewInt(23), big.NewInt(5), "prime of 5 bits: cannot be computed"},
		{"huge", new(big.Int).Lsh(big.NewInt(1), 200000), big.NewInt(2), "prime of 200001 bits: cannot be computed"},
		{"generator zero", new(big.Int).Lsh(big.NewInt(1), 2048), big.NewInt(0), "generator outside the group: cannot be computed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			k := offer("ssh-ed25519")
			k.KexAlgorithms = []string{"curve25519-sha256", "diffie-hellman-group-exchange-sha256"}
			addr := serve(t, func(n int, c net.Conn) {
				answer := sshwire.Group{P: tt.p, G: tt.g}.Payload()
				if n == 1 {
					answer = sshwire.KexReply{HostKey: []byte("\x00\x00\x00\x0cssh-mldsa-65"), Public: make([]byte, 32)}.Payload(sshwire.MsgKexReply)
				}
				say(c, []byte(line), packet(k.Payload()), packet(answer))
			})
			o, n := probe(t, addr, time.Second)
			if o.SSH == nil || n != 7 { // the key, five sizes, and the old style, which it takes
				t.Fatalf("failure %+v, %d connections", o.Failure, n)
			}
			if len(o.SSH.Primes) != 1 || o.SSH.Primes[0].Problem == "" || len(o.SSH.Groups) != 6 || !o.SSH.OldGroupRequest || o.SSH.Primes[0].Bits != tt.p.BitLen() {
				t.Errorf("primes %+v", o.SSH.Primes)
			}
			if len(o.SSH.HostKeys) != 1 || o.SSH.HostKeys[0].Type != "ssh-mldsa-65" || o.SSH.HostKeys[0].Proven {
				t.Errorf("host keys %+v", o.SSH.HostKeys)
			}
		})
	}
}

// TestManyKeys holds the number of connections against a server that lists
// hundreds of host key algorithms.
func TestManyKeys(t *testing.T) {
	t.Parallel()
	var names []string
	for i := range 250 {
		names = append(names, fmt.Sprintf("key-%d", i), "null", "rsa-sha2-256", "ssh-rsa")
	}
	reply := sshwire.KexReply{HostKey: []byte("\x00\x00\x00\x01x")}.Payload(sshwire.MsgKexReply)
	addr := serve(t, func(_ int, c net.Conn) { say(c, []byte(line), packet(offer(names...).Payload()), packet(reply)) })
	o, n := probe(t, addr, time.Second)
	if o.SSH == nil || n != 16 || len(o.SSH.HostKeys) != 1 {
		t.Fatalf("%d connections, %+v", n, o.SSH)
	}
	want := []scanner.Incomplete{{What: "further ssh host keys", Reason: scanner.ReasonLimit, Detail: "the server lists more than 16"},
		{What: "ssh server-sig-algs", Reason: scanner.ReasonUncomputable, Detail: "no key exchange that we can finish"}}
	if diff := cmp.Diff(want, o.Incomplete); diff != "" {
		t.Error(diff)
	}
}

// TestGuessedPacket passes over the packet of a server that guesses (RFC 4253
// section 7).
func TestGuessedPacket(t *testing.T) {
	t.Parallel()
	k := offer("ssh-ed25519")
	k.FirstKexPacketFollows = true
	reply := sshwire.KexReply{HostKey: []byte("\x00\x00\x00\x01x")}.Payload(sshwire.MsgKexReply)
	addr := serve(t, func(_ int, c net.Conn) {
		say(c, []byte(line), packet(k.Payload()), packet([]byte{33}), packet(reply))
	})
	o, _ := probe(t, addr, time.Second)
	if o.SSH == nil || len(o.SSH.HostKeys) != 1 {
		t.Fatalf("%+v", o)
	}
}

// TestStopped ends at once when the sweep is stopped, with what was learned.
func TestStopped(t *testing.T) {
	t.Parallel()
	addr := serve(t, func(_ int, c net.Conn) { say(c, []byte(line), packet(offer("ssh-ed25519").Payload())) })
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(200*time.Millisecond, cancel)
	start := time.Now()
	c := &counter{t: t}
	o := sshprobe.New(c.dial, sshprobe.Options{Timeout: time.Minute}).Probe(ctx, endpoint(addr))
	if time.Since(start) > 2*time.Second {
		t.Errorf("took %v", time.Since(start))
	}
	want := []scanner.Incomplete{{What: "ssh host key ssh-ed25519", Reason: scanner.ReasonInterrupted, Detail: "waiting for the host key"},
		{What: "ssh server-sig-algs", Reason: scanner.ReasonInterrupted, Detail: "waiting for the host key"}}
	if diff := cmp.Diff(want, o.Incomplete); diff != "" || o.SSH == nil {
		t.Errorf("%+v %s", o.Failure, diff)
	}
}

// TestContinue goes on with a connection that somebody else opened.
func TestContinue(t *testing.T) {
	t.Parallel()
	server, _, keys := sshd(t, "", "ed25519-256")
	conn, err := net.Dial("tcp", server.String())
	if err != nil {
		t.Fatal(err)
	}
	none := func(context.Context, netip.AddrPort) (net.Conn, error) { return nil, errors.New("no more connections") }
	o := sshprobe.New(none, sshprobe.Options{}).Continue(t.Context(), endpoint(server), conn)
	if o.SSH == nil || o.SSH.Connections != 1 || len(o.SSH.Groups) != 1 || len(o.Incomplete) != 2 || diffKeys(keys, o.SSH.HostKeys) != "" {
		t.Errorf("%+v %+v", o.SSH, o.Failure)
	}
	if _, err := conn.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the connection is still open: %v", err)
	}
}

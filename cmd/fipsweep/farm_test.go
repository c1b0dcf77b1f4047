package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/internal/lab"
)

// farmKinds are who stands on a farm, one after the other. A nil one is
// nobody: the address refuses.
var farmKinds = [...]struct {
	name   string
	handle func(net.Conn, *tls.Config)
}{
	{"TLS", func(c net.Conn, cfg *tls.Config) {
		s := tls.Server(c, cfg)
		if s.Handshake() == nil {
			io.Copy(io.Discard, s)
		}
	}},
	{"SMTP", func(c net.Conn, _ *tls.Config) {
		io.WriteString(c, "220 farm ESMTP\r\n")
		for b := make([]byte, 512); ; {
			if _, err := c.Read(b); err != nil {
				return
			}
			io.WriteString(c, "502 no\r\n")
		}
	}},
	{"nobody", nil},
	{"garbage", func(c net.Conn, _ *tls.Config) { c.Read(make([]byte, 512)); io.WriteString(c, "\x00\xffgarbage\x07") }},
	{"reset", func(c net.Conn, _ *tls.Config) { c.Read(make([]byte, 1)); c.(*net.TCPConn).SetLinger(0) }},
	{"SSH", func(c net.Conn, _ *tls.Config) {
		io.WriteString(c, "SSH-2.0-farm\r\nnot a packet")
		c.Read(make([]byte, 64))
	}},
	{"tarpit", func(c net.Conn, _ *tls.Config) { io.Copy(io.Discard, c) }},
	{"closes", func(c net.Conn, _ *tls.Config) { c.Read(make([]byte, 1)) }},
}

// farm is n addresses of loopback (254 at most), of every kind in turn, and
// the target that is all of them. It has a /24 of its own.
func farm(t *testing.T, n int) string {
	t.Helper()
	cfg := &tls.Config{Certificates: []tls.Certificate{ecdsaCertificate(t)}, MinVersion: tls.VersionTLS12}
	port := lab.Port(t).Port()
	for i := range n {
		kind := farmKinds[i%len(farmKinds)]
		if kind.handle == nil {
			continue
		}
		l, err := net.Listen("tcp", fmt.Sprintf("127.77.0.%d:%d", i+1, port))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go stand(l, cfg, kind.handle)
	}
	return fmt.Sprintf("127.77.0.1-%d:%d", n, port)
}

func stand(l net.Listener, cfg *tls.Config, handle func(net.Conn, *tls.Config)) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			c.SetDeadline(time.Now().Add(20 * time.Second))
			handle(c, cfg)
		}()
	}
}

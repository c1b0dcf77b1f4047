package sshprobe_test

import (
	"bytes"
	"context"
	"io"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/sshprobe"
	"github.com/fipsweep/fipsweep/scanner/sshwire"
)

// A script is a server that says what it says, whatever it hears.
type script struct{ io.Reader }

func (script) Write(p []byte) (int, error)      { return len(p), nil }
func (script) Close() error                     { return nil }
func (script) LocalAddr() net.Addr              { return nil }
func (script) RemoteAddr() net.Addr             { return nil }
func (script) SetDeadline(time.Time) error      { return nil }
func (script) SetReadDeadline(time.Time) error  { return nil }
func (script) SetWriteDeadline(time.Time) error { return nil }

// FuzzProbe has a whole probe, several connections, meet arbitrary bytes.
func FuzzProbe(f *testing.F) {
	for _, name := range []string{"openssh", "dropbear", "tinyssh"} {
		first, err := os.ReadFile(filepath.Join("..", "sshwire", "testdata", "first", name+".bin"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(first)
		group := sshwire.Group{P: new(big.Int).Lsh(big.NewInt(1), 1023), G: big.NewInt(2)}
		f.Add(append(bytes.Clone(first), packet(group.Payload())...))
		reply := sshwire.KexReply{HostKey: []byte("\x00\x00\x00\x01x"), Public: make([]byte, 32)}
		f.Add(append(bytes.Clone(first), packet(reply.Payload(sshwire.MsgKexReply))...))
	}
	e := endpoint(netip.MustParseAddrPort("127.0.0.1:22"))
	f.Fuzz(func(t *testing.T, data []byte) {
		connections := 0
		dial := func(context.Context, netip.AddrPort) (net.Conn, error) {
			connections++
			return script{bytes.NewReader(data)}, nil
		}
		o := sshprobe.New(dial, sshprobe.Options{}).Probe(context.Background(), e)
		if (o.SSH == nil) == (o.Failure == nil) {
			t.Fatalf("SSH %v, failure %v", o.SSH, o.Failure)
		}
		if connections > 16+5+1 { // keys, primes, the old style
			t.Fatalf("%d connections", connections)
		}
		if o.SSH != nil {
			for _, k := range o.SSH.HostKeys {
				if k.Proven {
					t.Fatalf("a script proved %+v", k)
				}
			}
			if len(o.SSH.Banner) > scanner.MaxText {
				t.Fatalf("banner of %d bytes", len(o.SSH.Banner))
			}
		}
	})
}

package sshprobe_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
	"github.com/fipsweep/fipsweep/scanner/sshwire"
)

func modp(bits uint32) *big.Int {
	p, _ := iana.PrimeByName(fmt.Sprintf("MODP-%d", bits))
	return new(big.Int).SetBytes(p.Value)
}

// TestGroupSizes has a server with one published group of each size, which
// meets the old style in its own way.
func TestGroupSizes(t *testing.T) {
	t.Parallel()
	old := scanner.SSHGroup{Asked: 1024, OldStyle: true, SHA256: scanner.Digest(modp(1024).Bytes())}
	var each []scanner.SSHGroup
	for _, bits := range []uint32{1024, 2048, 3072, 4096, 8192} {
		each = append(each, scanner.SSHGroup{Asked: int(bits), SHA256: scanner.Digest(modp(bits).Bytes())})
	}
	for _, tt := range []struct {
		name        string
		old         []byte // the answer; nil hangs up
		connections int
		want        []scanner.SSHGroup
		incomplete  []scanner.Incomplete
	}{
		{"takes it", packet(sshwire.Group{P: modp(1024), G: big.NewInt(2)}.Payload()), 6, append(append(each[:4:4], old), each[4]), nil},
		{"goes on", packet([]byte{sshwire.MsgUnimplemented, 0, 0, 0, 1}), 5, each, nil},
		{"says goodbye", packet(sshwire.Disconnect{Code: 2, Text: []byte("no")}.Payload()), 6, each, nil},
		{"hangs up", nil, 6, each, nil},
		{"says something else", packet([]byte{99}), 6, each, []scanner.Incomplete{{What: "ssh group exchange in the old style",
			Reason: scanner.ReasonGarbage, Detail: "message 99 in place of 31: malformed"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			addr := serve(t, func(_ int, c net.Conn) { groups(c, tt.old) })
			o, n := probe(t, addr, 5*time.Second)
			if o.SSH == nil || n != tt.connections {
				t.Fatalf("failure %+v, %d connections, want %d", o.Failure, n, tt.connections)
			}
			if diff := cmp.Diff(tt.want, o.SSH.Groups); diff != "" {
				t.Error(diff)
			}
			want := append([]scanner.Incomplete{}, tt.incomplete...)
			want = append(want, scanner.Incomplete{What: "ssh server-sig-algs", Reason: scanner.ReasonUncomputable, Detail: "no key exchange that we can finish"})
			if diff := cmp.Diff(want, o.Incomplete); diff != "" {
				t.Error(diff)
			}
			if o.SSH.OldGroupRequest != (tt.name == "takes it") || len(o.SSH.Primes) != 5 || len(o.SSH.HostKeys) != 1 {
				t.Errorf("%+v", o.SSH)
			}
		})
	}
}

// groups is a server of group exchange whose host key proves nothing.
func groups(c net.Conn, old []byte) {
	k := offer("ssh-ed25519")
	k.KexAlgorithms = []string{"diffie-hellman-group-exchange-sha256", "curve25519-sha256"}
	c.Write([]byte(line))
	c.Write(packet(k.Payload()))
	r := bufio.NewReader(c)
	sshwire.ReadIdentification(r)
	for {
		p, err := sshwire.ReadPacket(r)
		switch {
		case err != nil:
			return
		case p[0] == sshwire.MsgKexGroupRequest && len(p) == 13:
			group := sshwire.Group{P: modp(binary.BigEndian.Uint32(p[5:])), G: big.NewInt(2)}
			c.Write(packet(group.Payload()))
		case p[0] == sshwire.MsgKexGroupInit:
			c.Write(packet(sshwire.KexReply{HostKey: []byte("\x00\x00\x00\x01x")}.Payload(sshwire.MsgKexGroupReply)))
		case p[0] == sshwire.MsgKexGroupOldRequest && len(p) == 5 && old == nil:
			return
		case p[0] == sshwire.MsgKexGroupOldRequest && len(p) == 5:
			c.Write(old)
		}
	}
}

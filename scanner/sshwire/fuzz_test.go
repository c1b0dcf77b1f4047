package sshwire_test

import (
	"bufio"
	"bytes"
	"testing"

	"github.com/fipsweep/fipsweep/scanner/sshwire"
)

var servers = []string{"openssh", "dropbear", "tinyssh"}

// FuzzStream reads a whole conversation: identification, then packets.
func FuzzStream(f *testing.F) {
	for _, name := range servers {
		f.Add(read(f, "first", name+".bin"))
	}
	f.Add([]byte("Not allowed at this time\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := bufio.NewReader(bytes.NewReader(data))
		id, err := sshwire.ReadIdentification(r)
		if len(id.Line)+len(id.Preamble) > len(data) {
			t.Fatal("more than was sent")
		}
		id.Protocol()
		for err == nil {
			var payload []byte
			if payload, err = sshwire.ReadPacket(r); err == nil && len(payload) == 0 {
				t.Fatal("a payload without a message number")
			}
		}
	})
}

func FuzzKexinit(f *testing.F) {
	for _, name := range servers {
		r := bufio.NewReader(bytes.NewReader(read(f, "first", name+".bin")))
		if _, err := sshwire.ReadIdentification(r); err != nil {
			f.Fatal(err)
		}
		payload, err := sshwire.ReadPacket(r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(payload)
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		k, err := sshwire.ParseKexinit(payload)
		if err != nil {
			return
		}
		again, err := sshwire.ParseKexinit(k.Payload())
		if err != nil || len(again.KexAlgorithms) != len(k.KexAlgorithms) {
			t.Fatalf("written again it reads %v, %v", again, err)
		}
	})
}

func FuzzMessage(f *testing.F) {
	f.Add(sshwire.Disconnect{Code: 2, Text: []byte("Too many authentication failures")}.Payload())
	f.Add(sshwire.KexReply{HostKey: []byte("key"), Public: []byte("p"), Signature: []byte("s")}.Payload(sshwire.MsgKexReply))
	f.Add([]byte{31, 0, 0, 0, 2, 0, 255, 0, 0, 0, 1, 2})
	f.Fuzz(func(t *testing.T, payload []byte) {
		sshwire.ParseDisconnect(payload)
		sshwire.ParseGroup(payload)
		sshwire.ParseExtInfo(payload)
		reply, err := sshwire.ParseKexReply(payload, sshwire.MsgKexReply)
		if err == nil && len(reply.HostKey)+len(reply.Public)+len(reply.Signature) > len(payload) {
			t.Fatal("more than was sent")
		}
	})
}

func FuzzPublicKey(f *testing.F) {
	for _, name := range []string{"rsa-1024", "dsa-1024", "ecdsa-256", "ecdsa-521", "ed25519-256"} {
		f.Add(publicBlob(f, name))
	}
	f.Fuzz(func(t *testing.T, blob []byte) {
		k, err := sshwire.ParsePublicKey(blob)
		if err == nil && k.Bits > 0 && k.SPKI() == nil {
			t.Fatalf("no SPKI of %+v", k)
		}
		if s, err := sshwire.ParseSignature(blob); err == nil {
			s.ECDSA()
		}
	})
}

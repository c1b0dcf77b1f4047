package sshwire_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/scanner/sshwire"
)

func TestReadIdentification(t *testing.T) {
	for _, tt := range []struct {
		name, in                 string
		line, preamble, protocol string
		err                      error
	}{
		{name: "plain", in: "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\nrest", line: "SSH-2.0-OpenSSH_9.2p1 Debian-2", protocol: "2.0"},
		{name: "no carriage return", in: "SSH-1.99-Cisco-1.25\n", line: "SSH-1.99-Cisco-1.25", protocol: "1.99"},
		{name: "protocol 1", in: "SSH-1.5-1.2.27\n", line: "SSH-1.5-1.2.27", protocol: "1.5"},
		{name: "lines before", in: "hello\r\nyou\nSSH-2.0-x\r\n", line: "SSH-2.0-x", preamble: "hello\r\nyou\n", protocol: "2.0"},
		{name: "only one line end is dropped", in: "SSH-2.0-x\r\r\n", line: "SSH-2.0-x\r", protocol: "2.0"},
		{name: "turned away", in: "Exceeded MaxStartups\r\n", preamble: "Exceeded MaxStartups\r\n", err: io.ErrUnexpectedEOF},
		{name: "half a line", in: "SSH-2.0-Open", preamble: "SSH-2.0-Open", err: io.ErrUnexpectedEOF},
		{name: "nothing", in: "", err: io.EOF},
		{name: "endless line", in: strings.Repeat("a", 1<<20), preamble: strings.Repeat("a", 8<<10), err: sshwire.ErrTooLarge},
		{name: "endless lines", in: strings.Repeat("\n", 1<<20), preamble: strings.Repeat("\n", 256), err: sshwire.ErrTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			id, err := sshwire.ReadIdentification(bufio.NewReader(iotest.OneByteReader(strings.NewReader(tt.in))))
			if !errors.Is(err, tt.err) || (err == nil) != (tt.err == nil) {
				t.Fatalf("error %v, want %v", err, tt.err)
			}
			if string(id.Line) != tt.line || string(id.Preamble) != tt.preamble || id.Protocol() != tt.protocol {
				t.Errorf("got %q %q %q", id.Line, id.Preamble, id.Protocol())
			}
		})
	}
}

func TestReadIdentificationLeavesTheRest(t *testing.T) {
	r := bufio.NewReader(strings.NewReader("SSH-2.0-x\nrest"))
	if _, err := sshwire.ReadIdentification(r); err != nil {
		t.Fatal(err)
	}
	if rest, _ := io.ReadAll(r); string(rest) != "rest" {
		t.Errorf("left %q", rest)
	}
}

func TestPacketRoundTrip(t *testing.T) {
	for n := 1; n < 40; n++ {
		payload := bytes.Repeat([]byte{7}, n)
		packet := sshwire.AppendPacket(nil, payload)
		if len(packet)%8 != 0 || packet[4] < 4 {
			t.Errorf("payload of %d: packet of %d with %d of padding", n, len(packet), packet[4])
		}
		got, err := sshwire.ReadPacket(iotest.OneByteReader(bytes.NewReader(packet)))
		if err != nil || !bytes.Equal(got, payload) {
			t.Errorf("payload of %d came back as %x, %v", n, got, err)
		}
	}
}

func TestReadPacketRefuses(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   []byte
		want error
	}{
		{"nothing", nil, io.EOF},
		{"half a head", []byte{0, 0, 0}, io.ErrUnexpectedEOF},
		{"head only", []byte{0, 0, 0, 12, 10}, io.ErrUnexpectedEOF},
		{"short body", []byte{0, 0, 0, 12, 10, 1, 2}, io.ErrUnexpectedEOF},
		{"length zero", []byte{0, 0, 0, 0, 4, 1}, sshwire.ErrMalformed},
		{"all padding", []byte{0, 0, 0, 5, 4, 0, 0, 0, 0}, sshwire.ErrMalformed},
		{"padding too small", []byte{0, 0, 0, 5, 3, 1, 0, 0, 0}, sshwire.ErrMalformed},
		{"padding beyond", []byte{0, 0, 0, 12, 255, 1, 0, 0, 0}, sshwire.ErrMalformed},
		{"too large", []byte{0, 4, 0, 1, 4}, sshwire.ErrTooLarge},
		{"largest of three bytes", []byte{0, 255, 255, 255, 4}, sshwire.ErrTooLarge},
		{"huge", []byte{255, 255, 255, 255, 4}, sshwire.ErrMalformed},
		{"text", []byte("not a packet"), sshwire.ErrMalformed},
		{"TLS alert", []byte{0x15, 3, 1, 0, 2, 2, 70}, sshwire.ErrMalformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := sshwire.ReadPacket(bytes.NewReader(tt.in)); !errors.Is(err, tt.want) {
				t.Errorf("%x, %v; want %v", got, err, tt.want)
			}
		})
	}
}

// TestFirstBytes reads what real servers sent first.
func TestFirstBytes(t *testing.T) {
	for _, tt := range []struct {
		name, line string
		hostKeys   []string
		firstKex   string
	}{
		{"openssh", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10", []string{"rsa-sha2-512", "rsa-sha2-256", "ecdsa-sha2-nistp256"}, "sntrup761x25519-sha512"},
		{"dropbear", "SSH-2.0-dropbear_2022.83", []string{"ecdsa-sha2-nistp256", "rsa-sha2-256", "ssh-rsa"}, "curve25519-sha256"},
		{"tinyssh", "SSH-2.0-tinyssh_20230101-1 Eif4ge0o", []string{"ssh-ed25519"}, "curve25519-sha256"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := bufio.NewReader(bytes.NewReader(read(t, "first", tt.name+".bin")))
			id, err := sshwire.ReadIdentification(r)
			if err != nil || string(id.Line) != tt.line {
				t.Fatalf("identification %q, %v", id.Line, err)
			}
			payload, err := sshwire.ReadPacket(r)
			if err != nil {
				t.Fatal(err)
			}
			k, err := sshwire.ParseKexinit(payload)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.hostKeys, k.ServerHostKeyAlgorithms); diff != "" {
				t.Error(diff)
			}
			if k.KexAlgorithms[0] != tt.firstKex {
				t.Errorf("first key exchange %q", k.KexAlgorithms[0])
			}
			if !bytes.Equal(k.Payload(), payload) {
				t.Error("written again it is not the same")
			}
		})
	}
}

func TestParseKexinitRefuses(t *testing.T) {
	many := sshwire.Kexinit{KexAlgorithms: strings.Split(strings.Repeat("a,", 2000), ",")}
	long := sshwire.Kexinit{LanguagesServerClient: []string{strings.Repeat("a", 256)}}
	good := sshwire.Kexinit{KexAlgorithms: []string{"a", "b"}}.Payload()
	for _, tt := range []struct {
		name    string
		payload []byte
		want    error
	}{
		{"empty", nil, sshwire.ErrMalformed},
		{"another message", []byte{1}, sshwire.ErrMalformed},
		{"half a cookie", good[:10], sshwire.ErrMalformed},
		{"no reserved", good[:len(good)-1], sshwire.ErrMalformed},
		{"list beyond the end", append(bytes.Clone(good[:17]), 255, 255, 255, 255, 'a'), sshwire.ErrMalformed},
		{"many names", many.Payload(), sshwire.ErrTooLarge},
		{"long name", long.Payload(), sshwire.ErrTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := sshwire.ParseKexinit(tt.payload); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
}

func TestMessagesRoundTrip(t *testing.T) {
	bye := sshwire.Disconnect{Code: sshwire.DisconnectByApplication, Text: []byte("done")}
	if got, err := sshwire.ParseDisconnect(bye.Payload()); err != nil || !cmp.Equal(got, bye) {
		t.Errorf("disconnect %v, %v", got, err)
	}
	reply := sshwire.KexReply{HostKey: []byte("k"), Public: []byte{0, 200}, Signature: []byte("s")}
	got, err := sshwire.ParseKexReply(reply.Payload(sshwire.MsgKexGroupReply), sshwire.MsgKexGroupReply)
	if err != nil || !cmp.Equal(got, reply) {
		t.Errorf("reply %v, %v", got, err)
	}
	if _, err := sshwire.ParseKexReply(reply.Payload(sshwire.MsgKexReply), sshwire.MsgKexGroupReply); !errors.Is(err, sshwire.ErrMalformed) {
		t.Errorf("reply of another number: %v", err)
	}
	group := sshwire.Group{P: big.NewInt(0xff), G: big.NewInt(2)}
	if !bytes.Equal(group.Payload(), []byte{31, 0, 0, 0, 2, 0, 255, 0, 0, 0, 1, 2}) {
		t.Errorf("group is %x", group.Payload())
	}
	if back, err := sshwire.ParseGroup(group.Payload()); err != nil || back.P.Cmp(group.P) != 0 || back.G.Cmp(group.G) != 0 {
		t.Errorf("group %v, %v", back, err)
	}
	if _, err := sshwire.ParseGroup([]byte{31, 0, 0, 0, 1, 255, 0, 0, 0, 1, 2}); !errors.Is(err, sshwire.ErrMalformed) {
		t.Errorf("negative prime: %v", err)
	}
	request := sshwire.GroupRequest{Min: 1, Preferred: 2, Max: 0x01020304}
	if !bytes.Equal(request.Payload(), []byte{34, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4}) {
		t.Errorf("request is %x", request.Payload())
	}
}

// TestParsePublicKey compares with what ssh-keygen says of the same keys: size
// by -l, SubjectPublicKeyInfo by -e -m PKCS8 (openssl pkey -pubout for Ed25519).
func TestParsePublicKey(t *testing.T) {
	for _, tt := range []struct{ file, kind, curve string }{
		{"rsa-1024", "ssh-rsa", ""}, {"rsa-2048", "ssh-rsa", ""}, {"rsa-3072", "ssh-rsa", ""}, {"rsa-4096", "ssh-rsa", ""},
		{"dsa-1024", "ssh-dss", ""},
		{"ecdsa-256", "ecdsa-sha2-nistp256", "secp256r1"},
		{"ecdsa-384", "ecdsa-sha2-nistp384", "secp384r1"},
		{"ecdsa-521", "ecdsa-sha2-nistp521", "secp521r1"},
		{"ed25519-256", "ssh-ed25519", ""},
	} {
		t.Run(tt.file, func(t *testing.T) {
			blob := publicBlob(t, tt.file)
			k, err := sshwire.ParsePublicKey(blob)
			if err != nil {
				t.Fatal(err)
			}
			_, size, _ := strings.Cut(tt.file, "-")
			if k.Type != tt.kind || strconv.Itoa(k.Bits) != size || k.Curve != tt.curve {
				t.Errorf("got %s, %d bits, curve %q", k.Type, k.Bits, k.Curve)
			}
			block, _ := pem.Decode(read(t, "keys", tt.file+".spki.pem"))
			if !bytes.Equal(k.SPKI(), block.Bytes) {
				t.Errorf("SPKI is\n%x, want\n%x", k.SPKI(), block.Bytes)
			}
			if _, err := sshwire.ParsePublicKey(append(bytes.Clone(blob), 0)); !errors.Is(err, sshwire.ErrMalformed) {
				t.Errorf("with a byte after it: %v", err)
			}
			for n := range len(blob) {
				if _, err := sshwire.ParsePublicKey(blob[:n]); !errors.Is(err, sshwire.ErrMalformed) {
					t.Fatalf("cut to %d bytes: %v", n, err)
				}
			}
		})
	}
}

func TestParsePublicKeyOther(t *testing.T) {
	k, err := sshwire.ParsePublicKey(sshwire.AppendString(sshwire.AppendString(nil, "ssh-mldsa-65"), "key"))
	if err != nil || k.Type != "ssh-mldsa-65" || k.Bits != 0 || k.SPKI() != nil {
		t.Errorf("unknown type: %+v, %v", k, err)
	}
	wrong := sshwire.AppendString(nil, "ecdsa-sha2-nistp256")
	wrong = sshwire.AppendString(sshwire.AppendString(wrong, "nistp384"), "point")
	if _, err := sshwire.ParsePublicKey(wrong); !errors.Is(err, sshwire.ErrMalformed) {
		t.Errorf("curve of another type: %v", err)
	}
}

func publicBlob(t testing.TB, name string) []byte {
	t.Helper()
	fields := strings.Fields(string(read(t, "keys", name+".pub")))
	blob, err := base64.StdEncoding.DecodeString(fields[1])
	if err != nil {
		t.Fatal(err)
	}
	return blob
}

func read(t testing.TB, path ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", filepath.Join(path...)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestParseExtInfo(t *testing.T) {
	b := []byte{sshwire.MsgExtInfo, 0, 0, 0, 2}
	for _, s := range []string{"server-sig-algs", "ssh-ed25519,rsa-sha2-256", "empty", ""} {
		b = sshwire.AppendString(b, s)
	}
	got, err := sshwire.ParseExtInfo(b)
	if err != nil || len(got) != 2 || !cmp.Equal(got[0].Names(), []string{"ssh-ed25519", "rsa-sha2-256"}) || got[1].Name != "empty" || got[1].Names() != nil {
		t.Errorf("%q, %v", got, err)
	}
	for n := range len(b) {
		if _, err := sshwire.ParseExtInfo(b[:n]); !errors.Is(err, sshwire.ErrMalformed) {
			t.Fatalf("cut to %d bytes: %v", n, err)
		}
	}
	if _, err := sshwire.ParseExtInfo([]byte{sshwire.MsgExtInfo, 255, 255, 255, 255}); !errors.Is(err, sshwire.ErrTooLarge) {
		t.Errorf("endless: %v", err)
	}
}

package tlswire

import (
	"bytes"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// readByGo is what the standard library's server reads of a hello.
func readByGo(t *testing.T, hello []byte) *tls.ClientHelloInfo {
	t.Helper()
	client, server := net.Pipe()
	defer client.Close()
	var info *tls.ClientHelloInfo
	go func() {
		client.Write(hello)
		io.Copy(io.Discard, client)
	}()
	stop := errors.New("seen enough")
	_ = tls.Server(server, &tls.Config{GetConfigForClient: func(i *tls.ClientHelloInfo) (*tls.Config, error) {
		info = i
		return nil, stop
	}}).Handshake()
	server.Close()
	if info == nil {
		t.Fatalf("not taken for a ClientHello: %x", hello)
	}
	return info
}

func TestClientHello(t *testing.T) {
	many := make([]uint16, 9000)
	for i := range many {
		many[i] = uint16(i + 0x2000)
	}
	rows := []struct {
		name  string
		hello ClientHello
	}{
		{"TLS 1.0, bare", ClientHello{Version: VersionTLS10, Suites: []uint16{0x002f}}},
		{"TLS 1.2", ClientHello{Version: VersionTLS12, Suites: []uint16{0xc02f, 0x1301, 0x0000}, ServerName: "lab.test", Groups: []uint16{29, 0xff01},
			Schemes: []uint16{0x0403, 0xefef}, PointFormats: []uint8{0}, ExtendedMasterSecret: true, RenegotiationInfo: true, StatusRequest: true}},
		{"TLS 1.3, empty key share", ClientHello{Version: VersionTLS12, Versions: []uint16{VersionTLS13}, SessionID: make([]byte, 32),
			Suites: []uint16{0x1301}, Groups: []uint16{4588}, Schemes: []uint16{0x0804}, KeyShares: []KeyShare{}}},
		{"TLS 1.3, a key share", ClientHello{Version: VersionTLS12, Versions: []uint16{VersionTLS13}, Suites: []uint16{0x1301},
			Groups: []uint16{29}, Schemes: []uint16{0x0804}, KeyShares: []KeyShare{{29, make([]byte, 32)}}}},
		{"padded", ClientHello{Version: VersionTLS12, Suites: many[:120], ServerName: "lab.test", Pad: true}},
		{"more than one record", ClientHello{Version: VersionTLS12, Suites: many, ServerName: "lab.test"}},
		{"fallback and compression", ClientHello{Version: VersionTLS11, Suites: many[:3], Fallback: true, Deflate: true}},
		{"an extension of the caller's", ClientHello{Version: VersionTLS12, Suites: many[:3], More: []Extension{{ExtEncryptThenMAC, nil}}}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			b, err := row.hello.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			info := readByGo(t, b)
			want := row.hello.Suites
			if row.hello.Fallback {
				want = append(slices.Clone(want), 0x5600)
			}
			if diff := cmp.Diff(want, info.CipherSuites); diff != "" {
				t.Error(diff)
			}
			var groups, schemes []uint16
			for _, g := range info.SupportedCurves {
				groups = append(groups, uint16(g))
			}
			for _, s := range info.SignatureSchemes {
				schemes = append(schemes, uint16(s))
			}
			if diff := cmp.Diff(row.hello.Groups, groups); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(row.hello.Schemes, schemes); diff != "" {
				t.Error(diff)
			}
			if info.ServerName != row.hello.ServerName {
				t.Errorf("name %q", info.ServerName)
			}
			if len(row.hello.Versions) > 0 && info.SupportedVersions[0] != row.hello.Versions[0] {
				t.Errorf("versions %x", info.SupportedVersions)
			}
			for _, e := range row.hello.More {
				if !bytes.Contains(b, []byte{0, byte(e.Type), 0, byte(len(e.Body))}) {
					t.Errorf("no extension %d in %x", e.Type, b)
				}
			}
		})
	}
}

// No hello that asks for padding is of 256 to 511 bytes.
func TestPadding(t *testing.T) {
	for n := range 300 {
		b, err := ClientHello{Version: VersionTLS12, Suites: make([]uint16, n), RenegotiationInfo: true, Pad: true}.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if size := len(b) - recordHeader; size > 255 && size < 512 {
			t.Errorf("%d suites: message of %d bytes", n, size)
		}
	}
}

// A hello of SSLv3 ends with its compression methods.
func TestSSL3Hello(t *testing.T) {
	b, err := ClientHello{Version: VersionSSL3, Suites: []uint16{4}, Pad: true}.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	want := "1603000" + "02d" + "01000029" + "0300" + hex.EncodeToString(make([]byte, 32)) + "00" + "00020004" + "0100"
	if got := hex.EncodeToString(b); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTooLong(t *testing.T) {
	if b, err := (ClientHello{Suites: make([]uint16, 40000)}).Marshal(); err == nil {
		t.Errorf("40000 suites fit into %d bytes", len(b))
	}
	if b, err := (SSL2ClientHello{Kinds: make([]uint32, 20000)}).Marshal(); err == nil {
		t.Errorf("20000 kinds fit into %d bytes", len(b))
	}
}

func TestListsThatAreTooLong(t *testing.T) {
	for name, h := range map[string]ClientHello{
		"suites":     {Suites: make([]uint16, 1<<15)},
		"groups":     {Groups: make([]uint16, 1<<15)},
		"session":    {SessionID: make([]byte, 256)},
		"extension":  {More: []Extension{{1, make([]byte, 1<<16)}}},
		"extensions": {More: []Extension{{1, make([]byte, 1<<15)}, {2, make([]byte, 1<<15)}}},
	} {
		if _, err := h.Marshal(); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

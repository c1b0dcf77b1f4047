package tlswire

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// real is what a server said; see testdata.
func real(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// messages takes a stream apart, given in steps of a few bytes.
func messages(t *testing.T, stream []byte, step int) ([]Message, error) {
	t.Helper()
	var all []Message
	d, r := new(Decoder), steps{bytes.NewReader(stream), step}
	for {
		m, err := d.Next()
		switch {
		case err == nil:
			all = append(all, m)
		case !errors.Is(err, ErrMore):
			return all, err
		default:
			if _, err := d.Fill(r); err == io.EOF {
				return all, nil
			} else if err != nil {
				return all, err
			}
		}
	}
}

// steps reads a few bytes at a time, and gives the end with the last of them.
type steps struct {
	r *bytes.Reader
	n int
}

func (s steps) Read(p []byte) (int, error) {
	n, err := s.r.Read(p[:min(s.n, len(p))])
	if err == nil && s.r.Len() == 0 {
		err = io.EOF
	}
	return n, err
}

// OpenSSL 3.0, TLS 1.2 with an ECDSA certificate, asking for the client's.
func TestOpenSSLFlight(t *testing.T) {
	for _, step := range []int{1, 7, 1 << 20} {
		all, err := messages(t, real(t, "openssl-ecdhe.bin"), step)
		if err != nil {
			t.Fatal(err)
		}
		var kinds []HandshakeType
		for _, m := range all {
			kinds = append(kinds, m.Handshake)
		}
		want := []HandshakeType{TypeServerHello, TypeCertificate, TypeServerKeyEx, TypeCertificateReq, TypeServerDone}
		if diff := cmp.Diff(want, kinds); diff != "" {
			t.Fatal(diff)
		}
		h, err := ParseServerHello(all[0].Body)
		if err != nil || h.Suite != 0xc02b || h.Negotiated() != VersionTLS12 || h.Retry() || !h.Speaks13() {
			t.Errorf("hello %+v, %v", h, err)
		}
		if _, ok := h.Extension(ExtExtendedMasterSecret); !ok {
			t.Error("no extended master secret")
		}
		chain, err := ParseCertificate(all[1].Body)
		if err != nil || len(chain) != 1 || chain[0][0] != 0x30 {
			t.Errorf("chain %x, %v", chain, err)
		}
		k, err := ParseServerKeyExchange(all[2].Body, Shape{Params: ECParams, Signed: true}, VersionTLS12)
		if err != nil || k.CurveType != CurveNamed || k.Group == 0 || k.Scheme == 0 || len(k.Signature) < 64 {
			t.Errorf("key exchange %+v, %v", k, err)
		}
		r, err := ParseCertificateRequest(all[3].Body, VersionTLS12)
		if err != nil || len(r.Types) == 0 || len(r.Schemes) == 0 {
			t.Errorf("request %+v, %v", r, err)
		}
	}
}

func TestOpenSSLAnonymous(t *testing.T) {
	all, err := messages(t, real(t, "openssl-dh-anon.bin"), 100)
	if err != nil || len(all) < 2 || all[1].Handshake != TypeServerKeyEx {
		t.Fatalf("%d messages, %v", len(all), err)
	}
	k, err := ParseServerKeyExchange(all[1].Body, Shape{Params: DHParams}, VersionTLS11)
	if err != nil || len(k.P) < 128 || len(k.G) != 1 || len(k.Y) == 0 || k.Signature != nil {
		t.Errorf("key exchange %+v, %v", k, err)
	}
}

func TestOpenSSLRetry(t *testing.T) {
	all, err := messages(t, real(t, "openssl-retry.bin"), 3)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d messages, %v", len(all), err)
	}
	h, err := ParseServerHello(all[0].Body)
	g, ok := h.Group()
	if err != nil || !h.Retry() || h.Negotiated() != VersionTLS13 || h.Suite != 0x1301 || !ok || g != 29 {
		t.Errorf("hello %+v, group %d, %v", h, g, err)
	}
}

func TestOpenSSLAlert(t *testing.T) {
	all, err := messages(t, real(t, "openssl-alert.bin"), 1)
	want := []Message{{Type: TypeAlert, Version: VersionTLS12, Alert: Alert{Fatal: true, Description: AlertHandshakeFailure}}}
	if diff := cmp.Diff(want, all); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if s := all[0].Alert.String(); s != "handshake_failure" {
		t.Error(s)
	}
}

func TestDecoder(t *testing.T) {
	rows := []struct {
		name, hex string
		want      int
		err       error
	}{
		{"nothing", "", 0, nil},
		{"one message over three records", "1603010002" + "0e00" + "1603010001" + "00" + "1603010001" + "00", 1, nil},
		{"two messages in one record", "1603010008" + "0e000000" + "0e000000", 2, nil},
		{"change cipher spec is passed over", "140303000101" + "1603030004" + "0e000000", 1, nil},
		{"application data", "1703030001" + "ff", 1, nil},
		{"an alert between the parts of a message", "1603010002" + "0e00" + "15030100020128", 1, nil},
		{"an alert that BearSSL declines a version by", "1500000002" + "0246", 1, nil},
		{"no alert, and no version", "1600000002" + "0246", 0, ErrNotTLS},
		{"no version, and longer than an alert", "1500000003" + "024600", 0, ErrNotTLS},
		{"half a record", "16030100ff00", 0, nil},
		{"HTTP", hex.EncodeToString([]byte("HTTP/1.1 400")), 0, ErrNotTLS},
		{"another version", "1602000001", 0, ErrNotTLS},
		{"a record too long", "160301ffff", 0, ErrNotTLS},
		{"a message too long", "1603010004" + "02ffffff", 0, ErrTooLarge},
		{"an alert too short", "150301000128", 0, ErrMalformed},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			stream, err := hex.DecodeString(row.hex)
			if err != nil {
				t.Fatal(err)
			}
			for _, step := range []int{1, 1000} {
				all, err := messages(t, stream, step)
				if !errors.Is(err, row.err) || row.err == nil && (err != nil || len(all) != row.want) {
					t.Errorf("%d messages, %v", len(all), err)
				}
			}
		})
	}
}

func TestDecoderIsBounded(t *testing.T) {
	d := new(Decoder)
	record := append([]byte{22, 3, 3, 0x40, 0, 11, 3, 0xff, 0xff}, make([]byte, 1<<14-4)...)
	var err error
	for range 100 {
		if _, err = d.Write(record); err != nil {
			break
		}
	}
	if !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
	if _, err := messages(t, bytes.Repeat(record, 100), 1000); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
}

func TestServerKeyExchange(t *testing.T) {
	point := "03" + "04aabb"
	rows := []struct {
		name    string
		hex     string
		shape   Shape
		version uint16
		want    ServerKeyExchange
	}{
		{"ECDHE, TLS 1.2", "03001d" + point + "0403" + "000101", Shape{Params: ECParams, Signed: true}, VersionTLS12,
			ServerKeyExchange{CurveType: CurveNamed, Group: 29, Point: unhex("04aabb"), Scheme: 0x0403, Signature: []byte{1}}},
		{"ECDHE, TLS 1.0", "030017" + point + "000101", Shape{Params: ECParams, Signed: true}, VersionTLS10,
			ServerKeyExchange{CurveType: CurveNamed, Group: 23, Point: unhex("04aabb"), Signature: []byte{1}}},
		{"anonymous", "030017" + point, Shape{Params: ECParams}, VersionTLS12,
			ServerKeyExchange{CurveType: CurveNamed, Group: 23, Point: unhex("04aabb")}},
		{"explicit prime curve", "01" + "02fffb" + "0101" + "0102" + "0103" + "0104" + "0105" + point, Shape{Params: ECParams}, VersionTLS12,
			ServerKeyExchange{CurveType: CurveExplicitPrime, FieldBits: 16, Point: unhex("04aabb")}},
		{"explicit trinomial curve", "02" + "00a3" + "01" + "0107" + "0101" + "0102" + "0103" + "0104" + "0105" + point, Shape{Params: ECParams}, VersionTLS12,
			ServerKeyExchange{CurveType: CurveExplicitChar2, FieldBits: 163, Point: unhex("04aabb")}},
		{"explicit pentanomial curve", "02" + "00a3" + "02" + "0107" + "0106" + "0103" + "0101" + "0102" + "0103" + "0104" + "0105" + point, Shape{Params: ECParams}, VersionTLS12,
			ServerKeyExchange{CurveType: CurveExplicitChar2, FieldBits: 163, Point: unhex("04aabb")}},
		{"DHE, TLS 1.2", "000117" + "000105" + "000108" + "0201" + "00020102", Shape{Params: DHParams, Signed: true}, VersionTLS12,
			ServerKeyExchange{P: []byte{0x17}, G: []byte{5}, Y: []byte{8}, Scheme: 0x0201, Signature: []byte{1, 2}}},
		{"DHE_PSK", "000261" + "62" + "000117" + "000105" + "000108", Shape{Params: DHParams, PSK: true}, VersionTLS12,
			ServerKeyExchange{Hint: []byte("ab"), P: []byte{0x17}, G: []byte{5}, Y: []byte{8}}},
		{"CECPQ1", "0003aabbcc" + "0403" + "00020102", Shape{Params: KeyParams, Signed: true}, VersionTLS12,
			ServerKeyExchange{Point: unhex("aabbcc"), Scheme: 0x0403, Signature: []byte{1, 2}}},
		{"plain PSK", "0000", Shape{Params: HintOnly, PSK: true}, VersionTLS12, ServerKeyExchange{Hint: []byte{}}},
		{"export RSA", "000103" + "000103" + "000101", Shape{Params: RSAParams, Signed: true}, VersionSSL3,
			ServerKeyExchange{Modulus: []byte{3}, E: []byte{3}, Signature: []byte{1}}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			body := unhex(row.hex)
			got, err := ParseServerKeyExchange(body, row.shape, row.version)
			if diff := cmp.Diff(row.want, got); diff != "" || err != nil {
				t.Error(err, diff)
			}
			for n := range body {
				if _, err := ParseServerKeyExchange(body[:n], row.shape, row.version); !errors.Is(err, ErrMalformed) {
					t.Errorf("cut to %d bytes: %v", n, err)
				}
			}
		})
	}
}

func TestCutShort(t *testing.T) {
	all, err := messages(t, real(t, "openssl-ecdhe.bin"), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	readers := []struct {
		name string
		body []byte
		read func([]byte) error
		// lengths at which the message is whole: a hello without extensions
		whole int
	}{
		{"server hello", all[0].Body, func(b []byte) error { _, err := ParseServerHello(b); return err }, 2 + 32 + 1 + int(all[0].Body[34]) + 3},
		{"certificate", all[1].Body, func(b []byte) error { _, err := ParseCertificate(b); return err }, -1},
		{"certificate request", all[3].Body, func(b []byte) error { _, err := ParseCertificateRequest(b, VersionTLS12); return err }, -1},
	}
	for _, r := range readers {
		for n := range r.body {
			if err := r.read(r.body[:n]); n != r.whole && !errors.Is(err, ErrMalformed) {
				t.Errorf("%s cut to %d bytes: %v", r.name, n, err)
			}
		}
		if err := r.read(r.body); err != nil {
			t.Errorf("%s: %v", r.name, err)
		}
	}
}

func TestManyCertificates(t *testing.T) {
	list := bytes.Repeat([]byte{0, 0, 1, 0x30}, maxChain+1)
	body := append([]byte{0, byte(len(list) >> 8), byte(len(list))}, list...)
	if _, err := ParseCertificate(body); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
}

func TestSSL2(t *testing.T) {
	hello, err := SSL2ClientHello{Kinds: []uint32{0x010080, 0x0700c0}}.Marshal()
	if want := "801f" + "01" + "0002" + "0006" + "0000" + "0010" + "010080" + "0700c0" + strings.Repeat("00", 16); err != nil || hex.EncodeToString(hello) != want {
		t.Errorf("%x, %v", hello, err)
	}
	message := "04" + "00" + "01" + "0002" + "0002" + "0003" + "0001" + "3000" + "0700c0" + "99"
	rows := []struct {
		name, hex string
		err       error
	}{
		{"server hello", "8011" + message, nil},
		{"with padding", "001302" + message + "0000", nil},
		{"half of it", "8011" + message[:10], ErrMore},
		{"nothing", "", ErrMore},
		{"error", "8003" + "000001", ErrSSL2Declined},
		{"TLS alert", "15030100020228", ErrNotTLS},
		{"HTTP", hex.EncodeToString([]byte("HTTP/1.1 400")), ErrNotTLS},
		{"kinds that are cut", "8010" + "04" + "00" + "01" + "0002" + "0002" + "0002" + "0001" + "3000" + "0700" + "99", ErrMalformed},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			h, err := ParseSSL2ServerHello(unhex(row.hex))
			if !errors.Is(err, row.err) || row.err == nil && err != nil {
				t.Fatal(err)
			}
			if row.err != nil {
				return
			}
			want := SSL2ServerHello{Version: VersionSSL2, Kinds: []uint32{0x0700c0}, Certificate: []byte{0x30, 0}, Raw: unhex(message)}
			if diff := cmp.Diff(want, h); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

func TestEncryptedMessages(t *testing.T) {
	chain, leaf, err := ParseCertificate13(unhex("00" + "000011" + "000002aabb" + "0004" + "00120000" + "000001cc" + "0000"))
	if err != nil || len(chain) != 2 || len(leaf) != 1 || leaf[0].Type != ExtSCT || chain[1][0] != 0xcc {
		t.Errorf("chain %x, leaf %v: %v", chain, leaf, err)
	}
	r, err := ParseCertificateRequest13(unhex("00" + "000a" + "000d0006" + "000404030804"))
	if err != nil || len(r.Schemes) != 2 || r.Schemes[1] != 0x0804 {
		t.Errorf("request %v: %v", r, err)
	}
	if scheme, err := ParseCertificateVerify(unhex("0804000101")); err != nil || scheme != 0x0804 {
		t.Errorf("verify %04x: %v", scheme, err)
	}
	list, err := ParseNewTicket13(unhex("00000001" + "00000002" + "0100" + "000155" + "0008" + "002a000400004000"))
	if err != nil || len(list) != 1 || list[0].Type != ExtEarlyData {
		t.Errorf("ticket %v: %v", list, err)
	}
	list, err = ParseEncryptedExtensions(unhex("0009" + "0010000500030268" + "32"))
	if name, ok := SelectedProtocol(list); err != nil || !ok || name != "h2" {
		t.Errorf("extensions %v: %v", list, err)
	}
	for _, short := range []string{"", "00", "0000", "000000", "0000000205"} {
		_, _, a := ParseCertificate13(unhex(short))
		_, b := ParseCertificateVerify(unhex(short))
		_, c := ParseNewTicket13(unhex(short))
		if b == nil || c == nil || a == nil {
			t.Errorf("%q is whole: %v %v %v", short, a, b, c)
		}
	}
}

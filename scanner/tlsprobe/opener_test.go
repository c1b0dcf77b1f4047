package tlsprobe

import (
	"bytes"
	"slices"
	"testing"

	"github.com/fipsweep/fipsweep/scanner/tlskeys"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// sealedFlight is a hello, and a server's answer to it whose encrypted part is
// the content.
func sealedFlight(t testing.TB, suite uint16, content []byte) (hello, flight []byte) {
	t.Helper()
	share, _ := tlskeys.Share(29)
	hello, err := tlswire.ClientHello{Version: tlswire.VersionTLS12, Versions: []uint16{tlswire.VersionTLS13}, Suites: []uint16{suite},
		Groups: []uint16{29}, KeyShares: []tlswire.KeyShare{{Group: 29, Value: share}}}.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	body := append([]byte{3, 3}, bytes.Repeat([]byte{7}, 32)...)
	body = append(body, 0, byte(suite>>8), byte(suite), 0, 0, 46, 0, 43, 0, 2, 3, 4, 0, 51, 0, 36, 0, 29, 0, 32)
	body = append(body, bytes.Repeat([]byte{9}, 32)...)
	raw := append([]byte{2, 0, 0, byte(len(body))}, body...)
	h, err := tlswire.ParseServerHello(body)
	if err != nil {
		t.Fatal(err)
	}
	k, ok := tlskeys.New(hello, raw, &h)
	if !ok {
		t.Fatalf("no keys for %s", suiteName(suite))
	}
	s, err := k.Server()
	if err != nil {
		t.Fatal(err)
	}
	flight = append([]byte{22, 3, 3, 0, byte(len(raw))}, raw...)
	for part := range slices.Chunk(content, 1<<13) {
		flight = append(flight, s.Seal(tlswire.TypeHandshake, part)...)
	}
	return hello, flight
}

// answered reads what a server said to the question.
func answered(q question, said, hello []byte) (a answer) {
	a.read(&q, new(tlswire.Decoder), bytes.NewBuffer(said), hello)
	return a
}

// What a server says once it encrypts, in every cipher that is read.
func TestOpened(t *testing.T) {
	content := []byte{8, 0, 0, 2, 0, 0, 15, 0, 0, 5, 8, 4, 0, 1, 1, 20, 0, 0, 1, 1}
	for _, suite := range []uint16{0x1301, 0x1302, 0x1303, 0x1304, 0x1305} {
		hello, flight := sealedFlight(t, suite, content)
		a := answered(question{}, flight, hello)
		if a.outcome != chose || !a.whole || !a.opened || a.scheme != 0x0804 || a.broken != nil {
			t.Errorf("%s: %+v", suiteName(suite), a)
		}
		flight[len(flight)-1] ^= 1
		if a := answered(question{}, flight, hello); a.broken == nil || a.scheme != 0 {
			t.Errorf("%s: opened what was changed", suiteName(suite))
		}
	}
}

// FuzzOpened gives the readers what a hostile server may encrypt.
func FuzzOpened(f *testing.F) {
	f.Add([]byte{8, 0, 0, 2, 0, 0, 15, 0, 0, 5, 8, 4, 0, 1, 1, 20, 0, 0, 1, 1})
	f.Add([]byte{8, 0, 0, 0, 13, 0, 0, 3, 0, 0, 0, 11, 0, 0, 4, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, content []byte) {
		hello, flight := sealedFlight(t, 0x1301, content)
		if a := answered(question{}, flight, hello); a.outcome != chose {
			t.Errorf("outcome %v", a.outcome)
		}
		_ = answered(question{finish: true}, flight, hello)
	})
}

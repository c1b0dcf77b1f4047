package keystore

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

const secret = "correct horse"

// TestPasswordsSayNothing: whatever holds a password prints nothing of it.
func TestPasswordsSayNothing(t *testing.T) {
	p := NewPassword(secret)
	o := NewOpener([]Password{p}, nil, 0)
	s := o.session(t.Context())
	s.first = &p
	holders := []any{p, &p, []Password{p}, map[string]Password{"a": p}, struct{ P Password }{p}, struct{ p Password }{p}, o, *o, s, *s,
		&pfx{session: s}, &jks{session: s}, &bks{session: s}, &bcfks{session: s}, fmt.Errorf("wrapped: %v", p)}
	var all bytes.Buffer
	for _, h := range holders {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T"} {
			fmt.Fprintf(&all, verb+"\n", h)
		}
		if data, err := json.Marshal(h); err == nil {
			all.Write(data)
		}
		for _, handler := range []slog.Handler{slog.NewTextHandler(&all, nil), slog.NewJSONHandler(&all, nil)} {
			slog.New(handler).Info("message", "holder", h)
		}
	}
	func() {
		defer func() { fmt.Fprintf(&all, "%v", recover()) }()
		panic(p)
	}()
	for _, form := range []string{secret, fmt.Sprintf("%x", secret), fmt.Sprintf("%X", secret), fmt.Sprint([]byte(secret)), fmt.Sprintf("%x", p.utf16())} {
		if strings.Contains(all.String(), form) {
			t.Errorf("%q is told", form)
		}
	}
}

func TestReadPasswords(t *testing.T) {
	for _, test := range []struct {
		name, in string
		want     []string
		err      string
	}{
		{"none", "", nil, ""},
		{"in their order", "b\na\n", []string{"b", "a"}, ""},
		{"no line end", "b", []string{"b"}, ""},
		{"Windows", "\ufeffb\r\na\r\n", []string{"b", "a"}, ""},
		{"spaces count", " a \n", []string{" a "}, ""},
		{"twice and empty", "a\n\na\n", []string{"a"}, ""},
		{"no UTF-8", "fine\nsecr\xfft\n", nil, "line 2 is not UTF-8"},
		{"too long", "fine\n" + strings.Repeat("s", 5000), nil, "line 2 is longer than 4096 bytes"},
		{"too many", strings.Join(numbers(maxPasswords+1), "\n"), nil, "more than 10000 passwords"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := ReadPasswords(strings.NewReader(test.in))
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) || strings.Contains(err.Error(), "sec") {
					t.Fatalf("error %v, want %s", err, test.err)
				}
				return
			}
			if err != nil || len(got) != len(test.want) {
				t.Fatalf("%d passwords, %v", len(got), err)
			}
			for i, p := range got {
				if p.text() != test.want[i] {
					t.Errorf("password %d: %q, want %q", i, p.text(), test.want[i])
				}
			}
		})
	}
}

func numbers(n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprint(i))
	}
	return all
}

package tlsprobe

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/fipsweep/fipsweep/scanner"
)

// FuzzAnswer reads a server's bytes as the answer to every kind of question.
func FuzzAnswer(f *testing.F) {
	flights, err := filepath.Glob("../tlswire/testdata/*.bin")
	if err != nil || len(flights) == 0 {
		f.Fatal("no recorded flights", err)
	}
	for _, path := range flights {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte("HTTP/1.1 400 Bad Request\r\n"))
	p := New(nil, Options{})
	f.Fuzz(func(t *testing.T, data []byte) {
		_ = plainAnswer(data)
		for _, a := range []answer{answered(question{}, data, nil), answered(question{version: ssl2}, data, nil)} {
			if a.outcome != chose && a.outcome != refused && a.failure.Reason == "" {
				t.Errorf("outcome %d without a reason", a.outcome)
			}
			s := p.begin(t.Context(), scanner.Endpoint{})
			for _, v := range oldestFirst {
				s.found[v] = &scanner.TLSVersion{Version: v.name}
			}
			if a.outcome == chose && a.raw != nil {
				s.note(tls12, &a)
				l := &listing{session: s, v: tls12}
				l.choice(a)
				(&plan13{session: s}).record(a, s.p.questions.suites13, s.p.questions.groups13)
			}
		}
	})
}

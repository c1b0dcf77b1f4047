package main

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/scanner"
)

// What several files hold, as "file sweep machine: ports".
func TestTwice(t *testing.T) {
	type file struct {
		sweep, host string
		ports       []uint16
	}
	tests := []struct {
		name    string
		files   []file
		refused []string // "A B" for the files
		note    string
	}{
		{"one file", []file{{"s1", "m", []uint16{1, 2}}}, nil, ""},
		{"shards", []file{{"s1", "m", []uint16{1, 2}}, {"s2", "m", []uint16{3}}}, nil, ""},
		{"parts of one sweep", []file{{"s1", "m", []uint16{1, 2}}, {"s1", "m", []uint16{3}}}, nil, ""},
		{"a copy", []file{{"s1", "m", []uint16{1, 2}}, {"s1", "m", []uint16{1, 2}}}, []string{"A B"}, ""},
		{"a copy of a part", []file{{"s1", "m", []uint16{1, 2}}, {"s1", "m", []uint16{2, 3}}}, []string{"A B"}, ""},
		{"two copies behind a shard", []file{{"s2", "m", []uint16{1, 2}}, {"s1", "m", []uint16{1, 2}}, {"s1", "m", []uint16{1, 2}}}, []string{"B C"}, "2 endpoints"},
		{"shards that overlap", []file{{"s1", "m", []uint16{1, 2}}, {"s2", "m", []uint16{2, 3}}}, nil, "one endpoint is"},
		{"of two machines", []file{{"s1", "m", []uint16{1, 2}}, {"s2", "n", []uint16{2, 3}}}, nil, ""},
		{"one file that repeats itself", []file{{"s1", "m", []uint16{1, 1}}, {"s2", "m", []uint16{3}}}, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := newTwice([]string{"A", "B", "C"})
			for n, f := range tt.files {
				for _, port := range f.ports {
					o := scanner.Observe(scanner.Host(netip.MustParseAddr("127.0.0.1"), port, ""), "tls")
					o.Sweep = f.sweep
					x.see(n, o)
				}
				x.about(scanner.Sweep{ID: f.sweep, Host: f.host})
			}
			var refused []string
			for _, err := range x.refusals() {
				words := strings.Fields(err.Error())
				refused = append(refused, words[0]+" "+words[2])
			}
			if !slices.Equal(refused, tt.refused) {
				t.Errorf("refused %q, want %q", refused, tt.refused)
			}
			if note := x.note(); (note == "") != (tt.note == "") || !strings.HasPrefix(note, tt.note) {
				t.Errorf("note %q, want %q", note, tt.note)
			}
		})
	}
}

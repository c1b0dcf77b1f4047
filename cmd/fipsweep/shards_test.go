package main

import (
	"strings"
	"testing"
)

func TestShardsMakeAWhole(t *testing.T) {
	for _, tt := range []struct{ name, words, whole, missing string }{
		{"no shards", "|", "", ""},
		{"one sweep", "", "", ""},
		{"one shard", "1/3", "1/3", ""},
		{"the only one", "1/1", "", ""},
		{"all", "2/3|1/3|3/3", "", ""},
		{"one twice", "1/2|1/2|2/2", "", ""},
		{"some", "3/3|1/3", "3/3, 1/3", "2/3"},
		{"few of many", "1/9|2/9", "1/9, 2/9", "3/9, 4/9, 5/9, 6/9, 7/9, and others"},
		{"of two divisions", "1/2|2/3", "1/2, 2/3", "2/2"},
		{"a shard beside a sweep", "1/2|", "", ""},
	} {
		var s shards
		for word := range strings.SplitSeq(tt.words, "|") {
			s.add(word)
		}
		whole, note := s.whole()
		if whole != tt.whole || tt.missing == "" && note != "" || !strings.Contains(note, tt.missing) {
			t.Errorf("%s: %q, %q", tt.name, whole, note)
		}
	}
}

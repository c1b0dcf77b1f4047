package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/target"
)

// shards are those of the saved files that are read as one sweep, each once.
type shards struct {
	words []string // as the sweeps say it; "" for a sweep that was no shard
	all   []target.Shard

	first, of string // a file with a shard, and what that is a part of
}

func (s *shards) add(word string) {
	if slices.Contains(s.words, word) {
		return
	}
	s.words = append(s.words, word)
	if one, err := target.ParseShard(word); err == nil {
		s.all = append(s.all, one)
	}
}

// sameAs is a complaint about a file with a shard that is not of the sweep that
// a file before is of.
func (s *shards) sameAs(path, of string) error {
	switch {
	case of == "" || of == s.of:
		return nil
	case s.of == "":
		s.first, s.of = path, of
		return nil
	}
	return fmt.Errorf("%s and %s are shards of unlike sweeps, whose targets, ports or exclusions differ, and make up no whole: report on each by itself", s.first, path)
}

// noteEmpty says of a shard that it has nothing to do.
func noteEmpty(w io.Writer, s scanner.Scope) {
	if s.Empty {
		fmt.Fprintf(w, "no target falls to shard %s: shards are cut by host and path, and there are fewer; it is written with nothing in it, as a part of the whole\n", s.Shard)
	}
}

// whole is "" where the files are all of a sweep, and else the shards that are
// there, with a note on those that are not.
func (s *shards) whole() (shard, note string) {
	if len(s.words) == 0 || slices.Contains(s.words, "") {
		return "", ""
	}
	if len(s.words) == 1 && len(s.all) == 1 && s.all[0].Of > 1 {
		return s.words[0], "" // somebody asked for the report of one shard
	}
	missing := s.missing()
	if len(missing) == 0 {
		return "", ""
	}
	list := strings.Join(s.words, ", ")
	return list, fmt.Sprintf("not the whole sweep: shard %s is not among these files", strings.Join(missing, ", "))
}

// missing is what the shards lack of the division that the first belongs to; no
// more than a few are told.
func (s *shards) missing() []string {
	if len(s.all) == 0 {
		return nil
	}
	var list []string
	of := s.all[0].Of
	for n := uint64(1); n <= of; n++ {
		if one := (target.Shard{Number: n, Of: of}); !slices.Contains(s.all, one) {
			if len(list) == 5 {
				return append(list, "and others")
			}
			list = append(list, one.String())
		}
	}
	return list
}

// nonEmpty leaves out what says nothing.
func nonEmpty(words ...string) []string {
	return slices.DeleteFunc(words, func(s string) bool { return s == "" })
}

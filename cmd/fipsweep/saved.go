package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/replay"
)

// saved is one or more sweeps that are kept in files, read as one: journals,
// or JSON lines that a sweep wrote, such as the shards of one sweep.
type saved struct{ paths []string }

// findSaved finds each file: a path, the id of a sweep whose journal is in the
// state folder, or "last" for the newest of these.
func findSaved(state string, words []string) (*saved, error) {
	dir, err := stateDir(state)
	if err != nil {
		return nil, err
	}
	s := &saved{}
	var errs []error
	var seen []fs.FileInfo
	for _, word := range words {
		path, err := findOne(dir, word)
		errs = append(errs, err)
		info, err := os.Stat(path)
		if err == nil && slices.ContainsFunc(seen, func(other fs.FileInfo) bool { return os.SameFile(info, other) }) {
			errs = append(errs, fmt.Errorf("%s is named twice: what it holds would be counted twice", word))
		}
		seen = append(seen, info)
		s.paths = append(s.paths, path)
	}
	return s, errors.Join(errs...)
}

func findOne(dir, word string) (string, error) {
	if word == "last" {
		path, err := replay.Newest(dir)
		if err != nil {
			return "", fmt.Errorf("%w: scan first, or name a saved file", err)
		}
		return path, nil
	}
	if info, err := os.Stat(word); err == nil && info.Mode().IsRegular() {
		return word, nil
	} else if err == nil {
		return "", fmt.Errorf("%s is no file: name a journal, or JSON lines that a sweep wrote", word)
	} else if strings.ContainsAny(word, "/.") || !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("saved sweep: %w", err)
	}
	path := replay.Path(dir, word)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("no file %s, and no sweep of that id in %s", word, dir)
	}
	return path, nil
}

// observations reads the files one after the other.
func (s *saved) observations(ctx context.Context) iter.Seq2[scanner.Observation, error] {
	return func(yield func(scanner.Observation, error) bool) {
		for _, path := range s.paths {
			if !s.readOne(ctx, path, yield) {
				return
			}
		}
	}
}

func (s *saved) readOne(ctx context.Context, path string, yield func(scanner.Observation, error) bool) bool {
	f, err := os.Open(path)
	if err != nil {
		return yield(scanner.Observation{}, err)
	}
	defer f.Close()
	for o, err := range replay.Read(ctx, f, path) {
		if !yield(o, err) {
			return false
		}
	}
	return true
}

// Sweep emits the observations again, as a scanner.Sweeper.
func (s *saved) Sweep(ctx context.Context, _ iter.Seq[scanner.Target], emit func(scanner.Observation) error) error {
	if err := observations(s.observations).each(ctx, emit); err != nil {
		return err
	}
	return ctx.Err()
}

// about is what the files say of their sweep: the first one's words, with the
// targets of all and the time from the first start to the last end. It is
// interrupted if one of them is. Files that hold the same observations are
// refused, and shards of unlike sweeps; the note is about endpoints that several sweeps met.
func (s *saved) about(ctx context.Context) (whole scanner.Sweep, note string, err error) {
	t := newTwice(s.paths)
	var parts shards
	var unlike []error
	for i := range s.paths {
		one, err := s.aboutOne(ctx, i, t)
		if err != nil {
			return whole, "", fmt.Errorf("saved sweep: %w", err)
		}
		if one.Started.IsZero() {
			return whole, "", fmt.Errorf("saved sweep: %s tells of no sweep and of no time: name a journal, or JSON lines that a sweep wrote", s.paths[i])
		}
		t.about(one)
		parts.add(one.Scope.Shard)
		unlike = append(unlike, parts.sameAs(s.paths[i], one.Scope.Of))
		if i == 0 {
			whole = one
			continue
		}
		whole.Left = leftOfBoth(whole, one)
		whole.Interrupted = whole.Interrupted || one.Interrupted
		for _, target := range one.Scope.Targets {
			if !slices.Contains(whole.Scope.Targets, target) {
				whole.Scope.Targets = append(whole.Scope.Targets, target)
			}
		}
		whole.Scope.Empty = whole.Scope.Empty && one.Scope.Empty
		whole.Scope.Proxy = cmp.Or(whole.Scope.Proxy, one.Scope.Proxy)
		if one.Started.Before(whole.Started) {
			whole.Started = one.Started
		}
		if one.Ended.After(whole.Ended) {
			whole.Ended = one.Ended
		}
	}
	var missing string
	if whole.Scope.Shard, missing = parts.whole(); whole.Scope.Shard == "" {
		whole.Scope.Of = ""
	}
	return whole, strings.Join(nonEmpty(t.note(), missing), "\n"), errors.Join(append(unlike, t.refusals()...)...)
}

// aboutOne reads the i-th file. Its observations are held against those of
// the others where there are any.
func (s *saved) aboutOne(ctx context.Context, i int, t *twice) (scanner.Sweep, error) {
	f, err := os.Open(s.paths[i])
	if err != nil {
		return scanner.Sweep{}, err
	}
	defer f.Close()
	if len(s.paths) == 1 {
		return replay.About(ctx, f, s.paths[i], nil)
	}
	return replay.About(ctx, f, s.paths[i], func(o scanner.Observation) { t.see(i, o) })
}

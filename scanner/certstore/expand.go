package certstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path/filepath"
	"syscall"

	"github.com/fipsweep/fipsweep/scanner"
)

// Expand yields the file that the target names, or every file of its tree, by
// and large in the order of their names (see descend). The path is absolute and clean. A target of a
// network yields nothing.
func (s *Store) Expand(ctx context.Context, t scanner.Target) iter.Seq2[scanner.Endpoint, error] {
	return func(yield func(scanner.Endpoint, error) bool) {
		if t.Path == "" || s.excluded(t.Path) {
			return
		}
		real, err := filepath.EvalSymlinks(t.Path)
		if err != nil {
			if _, errStat := statFile(t.Path); errors.Is(errStat, syscall.ELOOP) {
				err = fmt.Errorf("its links lead in a circle: %w", fs.ErrNotExist)
			}
			yield(named(t), fmt.Errorf("look at %s: %w", t.Path, err))
			return
		}
		info, err := statFile(real)
		switch {
		case err != nil:
			yield(named(t), fmt.Errorf("look at %s: %w", t.Path, err))
		case info.IsDir() && madeUp(real) != "":
			yield(named(t), nil) // the probe says why nothing is read there
		case s.walked(real, info.IsDir()):
		case info.IsDir():
			w := walk{store: s, ctx: ctx, target: t, root: real, yield: yield}
			w.run()
		default:
			s.one(t, real, info, yield)
		}
	}
}

// excluded tells whether a path, or a folder that it lies in, is left alone.
func (s *Store) excluded(path string) bool {
	for at := path; ; at = filepath.Dir(at) {
		if s.exclude.Has(at) {
			return true
		}
		if at == filepath.Dir(at) {
			return false
		}
	}
}

// named is the endpoint of the path that the operator wrote.
func named(t scanner.Target) scanner.Endpoint {
	e := scanner.File(t.Path)
	e.Target, e.Scheme, e.Outright = t.Text, t.Scheme, t.Outright
	return e
}

// walked tells whether the path lies in a tree that an earlier target named.
// If not, and it is a directory, it is such a tree from now on.
func (s *Store) walked(real string, dir bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inTree(real) {
		return true
	}
	if dir {
		s.roots[real] = true
	}
	return false
}

// another tells whether the path lies in the tree of a target whose walk has
// begun, and which hands it out.
func (s *Store) another(real string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inTree(real)
}

func (s *Store) inTree(real string) bool {
	for at := real; ; at = filepath.Dir(at) {
		if s.roots[at] {
			return true
		}
		if at == filepath.Dir(at) {
			return false
		}
	}
}

// root tells whether the directory is a target of its own.
func (s *Store) root(dir string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.roots[dir]
}

// one yields a single file under the name it was called by, which stays the
// same when the link behind it moves on.
func (s *Store) one(t scanner.Target, real string, info fs.FileInfo, yield func(scanner.Endpoint, error) bool) {
	if !s.first(info, true) {
		return
	}
	e := named(t)
	if real != t.Path {
		e.Links = []string{real}
	}
	yield(e, nil)
}

// fresh tells whether no file has been handed out that could come again.
func (s *Store) fresh() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.seen) == 0
}

// first tells whether a file is handed out for the first time, under any name
// and from any target. Only files that can come again are remembered.
func (s *Store) first(info fs.FileInfo, again bool) bool {
	id, names, ok := idOf(info)
	if !ok || !info.Mode().IsRegular() {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen[id] {
		return false
	}
	if (again || names > 1) && len(s.seen) < s.maxSeen {
		s.seen[id] = true
	}
	return true
}

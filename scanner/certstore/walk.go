package certstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// maxNames bounds how many links of one tree are remembered. A file behind
// one more is still read once; only its further names go untold.
const maxNames = 1 << 20

// walk is two passes over a tree. The first collects the links, so that the
// second can hand out each file with all its names; it keeps nothing of files
// that have one name.
type walk struct {
	store  *Store
	ctx    context.Context
	target scanner.Target
	root   string // without symbolic links
	yield  func(scanner.Endpoint, error) bool

	links map[string][]string // real path -> symbolic links in the tree that lead there
	hard  map[fileID][]string // paths of a file that has several
	names int                 // paths in both
}

// errStop ends a pass early: the receiver has enough, or the sweep ends.
var errStop = errors.New("stopped")

func (w *walk) run() {
	w.links, w.hard = map[string][]string{}, map[fileID][]string{}
	if filepath.WalkDir(w.root, w.collect) != nil {
		return
	}
	if filepath.WalkDir(w.root, w.visit) != nil {
		return
	}
	for _, real := range slices.Sorted(maps.Keys(w.links)) {
		if !w.outside(real) {
			return
		}
	}
}

// collect finds the links of the tree. What goes wrong here goes wrong again
// in the second pass, which tells it.
func (w *walk) collect(path string, d fs.DirEntry, err error) error {
	switch {
	case w.ctx.Err() != nil:
		return errStop
	case w.store.exclude.Has(path):
		return leave(d)
	case err != nil, w.names >= maxNames:
		return nil
	case d.IsDir():
		if w.skip(path) {
			return fs.SkipDir
		}
	case d.Type()&fs.ModeSymlink != 0:
		if real, err := filepath.EvalSymlinks(path); err == nil {
			w.links[real] = append(w.links[real], path)
			w.names++
		}
	case d.Type().IsRegular():
		info, err := d.Info()
		if err != nil {
			return nil
		}
		if id, names, ok := idOf(info); ok && names > 1 {
			w.hard[id] = append(w.hard[id], path)
			w.names++
		}
	}
	return nil
}

// leave is what a walk does at a path that is excluded.
func leave(d fs.DirEntry) error {
	if d != nil && d.IsDir() {
		return fs.SkipDir
	}
	return nil
}

// skip tells whether a directory below the root is not walked here.
func (w *walk) skip(dir string) bool {
	return dir != w.root && (w.store.root(dir) || madeUp(dir) != "")
}

// visit hands out what the tree holds.
func (w *walk) visit(path string, d fs.DirEntry, err error) error {
	switch {
	case w.ctx.Err() != nil:
		return errStop
	case w.store.exclude.Has(path):
		return leave(d)
	case err != nil:
		if !w.yield(w.file(path, nil), fmt.Errorf("walk %s: %w", path, err)) {
			return errStop
		}
		return nil
	case d.IsDir():
		if path != w.root && madeUp(path) != "" {
			return orStop(w.yield(w.file(path, nil), nil), fs.SkipDir)
		}
		if w.skip(path) {
			return fs.SkipDir
		}
		return nil
	case d.Type()&fs.ModeSymlink != 0:
		if _, err := filepath.EvalSymlinks(path); err != nil {
			return orStop(w.yield(w.file(path, nil), nil), nil)
		}
		return nil // told with what it leads to
	}
	return orStop(w.regular(path, d), nil)
}

// orStop is next while the receiver wants more.
func orStop(more bool, next error) error {
	if !more {
		return errStop
	}
	return next
}

// regular yields a file of the tree that has not come yet.
func (w *walk) regular(path string, d fs.DirEntry) bool {
	links := w.links[path]
	delete(w.links, path)
	if len(links) == 0 && len(w.hard) == 0 && w.store.fresh() {
		return w.yield(w.file(path, nil), nil)
	}
	info, err := d.Info()
	if err != nil { // gone; the probe says so
		return w.yield(w.file(path, links), nil)
	}
	if !w.store.first(info, len(links) > 0) {
		return true
	}
	return w.yield(w.file(path, w.others(path, info, links)), nil)
}

// others adds a file's hard links to its symbolic ones.
func (w *walk) others(path string, info fs.FileInfo, links []string) []string {
	id, names, ok := idOf(info)
	if !ok || names < 2 {
		return links
	}
	for _, other := range w.hard[id] {
		if other != path {
			links = append(links, other)
			links = append(links, w.links[other]...)
			delete(w.links, other)
		}
	}
	slices.Sort(links)
	return links
}

// outside yields what links of the tree lead to and the tree does not hold.
func (w *walk) outside(real string) bool {
	links := w.links[real]
	if w.store.excluded(real) {
		return true
	}
	info, err := statFile(real)
	switch {
	case w.ctx.Err() != nil:
		return false
	case err != nil: // gone since the first pass
		return w.yield(w.file(real, links), nil)
	case info.IsDir():
		if w.holds(real) {
			return true
		}
		for _, link := range links {
			if !w.yield(w.file(link, []string{real}), nil) {
				return false
			}
		}
		return true
	case !w.store.first(info, true):
		return true
	}
	return w.yield(w.file(real, links), nil)
}

// holds tells whether a real path lies in the tree.
func (w *walk) holds(real string) bool {
	below, err := filepath.Rel(w.root, real)
	return err == nil && below != ".." && !strings.HasPrefix(below, ".."+string(filepath.Separator))
}

// file is the endpoint of a file that the tree led to. It was not named
// outright, even where the tree was.
func (w *walk) file(path string, links []string) scanner.Endpoint {
	e := scanner.File(path)
	e.Target, e.Scheme, e.Links = w.target.Text, w.target.Scheme, links
	return e
}

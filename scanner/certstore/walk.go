package certstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// Bounds of what is remembered of names, in all trees of a sweep together. A
// file is read in any case; behind the first bound only that it has further
// names goes untold, behind the second it is read by each.
const (
	maxNames = 64 << 20 // bytes: of paths, and nameCost for each
	nameCost = 100
	maxSeen  = 1 << 20 // files that can come again, some 40 bytes each
)

// atOnce is how many names of a directory are held at once.
const atOnce = 1024

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
	held  int64               // bytes of both, counted in the Store
	full  bool                // no more are collected
}

// errStop ends a pass early: the receiver has enough, or the sweep ends.
var errStop = errors.New("stopped")

func (w *walk) run() {
	w.links, w.hard = map[string][]string{}, map[fileID][]string{}
	defer func() { w.store.names.Add(-w.held) }()
	if descend(w.root, w.collect) != nil {
		return
	}
	if descend(w.root, w.visit) != nil {
		return
	}
	for _, real := range slices.Sorted(maps.Keys(w.links)) {
		if !w.outside(real, w.links[real]) {
			return
		}
	}
}

// descend visits all that lies below a directory, as filepath.WalkDir does,
// and holds no more than a part of any directory: within the part, which of
// nearly all directories is the whole, names come in order. A visit that
// returns fs.SkipDir leaves that directory out.
func descend(dir string, visit fs.WalkDirFunc) error {
	f, err := openDir(dir)
	if err != nil {
		return visit(dir, nil, err)
	}
	defer f.Close()
	for {
		part, err := someOf(f)
		if err != nil {
			f.Close() // so that a deep tree does not take all descriptors
		}
		for _, d := range part {
			if err := below(filepath.Join(dir, d.Name()), d, visit); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return visit(dir, nil, err)
		}
	}
}

// someOf reads the next names of a directory, sorted. With the last of them
// comes an error, io.EOF if nothing is wrong.
func someOf(f *os.File) (part []fs.DirEntry, err error) {
	for err == nil && len(part) < atOnce {
		var more []fs.DirEntry
		more, err = f.ReadDir(atOnce - len(part))
		part = append(part, more...)
	}
	slices.SortFunc(part, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return part, err
}

func below(path string, d fs.DirEntry, visit fs.WalkDirFunc) error {
	err := visit(path, d, nil)
	if err == nil && d.IsDir() {
		err = descend(path, visit)
	}
	if err == fs.SkipDir {
		return nil
	}
	return err
}

// collect finds the links of the tree. What goes wrong here goes wrong again
// in the second pass, which tells it.
func (w *walk) collect(path string, d fs.DirEntry, err error) error {
	switch {
	case w.ctx.Err() != nil:
		return errStop
	case w.store.exclude.Has(path):
		return leave(d)
	case err != nil:
		return nil
	case d.IsDir():
		if w.skip(path) {
			return fs.SkipDir
		}
	case d.Type()&fs.ModeSymlink != 0:
		if real, err := filepath.EvalSymlinks(path); err == nil && w.hold(len(path)+len(real)) {
			w.links[real] = append(w.links[real], path)
		}
	case d.Type().IsRegular():
		info, err := d.Info()
		if err != nil {
			return nil
		}
		if id, names, ok := idOf(info); ok && names > 1 && w.hold(len(path)) {
			w.hard[id] = append(w.hard[id], path)
		}
	}
	return nil
}

// hold tells whether a name of so many bytes may be remembered.
func (w *walk) hold(bytes int) bool {
	n := int64(bytes + nameCost)
	if !w.full && w.store.names.Add(n) > w.store.maxNames {
		w.store.names.Add(-n)
		w.full = true
	}
	if w.full {
		return false
	}
	w.held += n
	return true
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
		return orStop(w.link(path), nil)
	}
	return orStop(w.regular(path, d), nil)
}

// link yields a symbolic link that leads nowhere. Any other is told with what
// it leads to, unless it was not collected and that lies elsewhere.
func (w *walk) link(path string) bool {
	real, err := filepath.EvalSymlinks(path)
	switch {
	case err != nil:
		return w.yield(w.file(path, nil), nil)
	case !w.full || w.links[real] != nil || w.holds(real):
		return true
	}
	return w.outside(real, []string{path})
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
	path, links = w.others(path, info, links)
	return w.yield(w.file(path, links), nil)
}

// others adds a file's hard links to its symbolic ones. The first of all by
// name is the file's own, whichever the walk meets first.
func (w *walk) others(path string, info fs.FileInfo, links []string) (string, []string) {
	id, names, ok := idOf(info)
	if !ok || names < 2 {
		return path, links
	}
	first := path
	for _, other := range w.hard[id] {
		first = min(first, other)
		if other != path {
			links = append(links, other)
			links = append(links, w.links[other]...)
			delete(w.links, other)
		}
	}
	if at := slices.Index(links, first); at >= 0 {
		links[at] = path
	}
	slices.Sort(links)
	return first, links
}

// outside yields what links of the tree lead to and neither this tree holds nor
// another target's.
func (w *walk) outside(real string, links []string) bool {
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
		if w.store.another(real) {
			return true
		}
		for _, link := range links {
			if !w.yield(w.file(link, []string{real}), nil) {
				return false
			}
		}
		return true
	case w.store.another(real), !w.store.first(info, true):
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

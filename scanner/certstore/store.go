package certstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/keystore"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// ProbeName is what observations of files are filed under.
const ProbeName = "store"

// DefaultMaxFileSize is how much of one file is read.
const DefaultMaxFileSize = 64 << 20

// Options bound what a Store reads.
type Options struct {
	MaxFileSize int64               // bytes of one file, and of one PEM block; 0 means DefaultMaxFileSize
	Known       *pkix.KnownKeys     // keys that others have; nil for none
	Passwords   []keystore.Password // tried in this order on what is locked
	MaxWork     int                 // iterations of a hash that one locked file may ask for; 0 means keystore.DefaultMaxWork
	Exclude     Excludes            // paths that are left alone
}

// A Store expands paths into files and reads them. It is a scanner.Expander
// and a scanner.Prober, and safe for use by several goroutines.
type Store struct {
	maxSize int64
	known   *pkix.KnownKeys
	opener  *keystore.Opener
	exclude Excludes

	maxNames int64        // see walk.go
	maxSeen  int          // likewise
	names    atomic.Int64 // bytes of names that walks remember

	mu    sync.Mutex
	seen  map[fileID]bool // files with several names that were handed out
	roots map[string]bool // trees that were begun
}

var (
	_ scanner.Expander = (*Store)(nil)
	_ scanner.Prober   = (*Store)(nil)
)

// New returns a Store. It remembers which files it handed out, so each sweep
// wants its own.
func New(o Options) *Store {
	if o.MaxFileSize <= 0 {
		o.MaxFileSize = DefaultMaxFileSize
	}
	return &Store{maxSize: o.MaxFileSize, known: o.Known, opener: keystore.NewOpener(o.Passwords, o.Known, o.MaxWork), exclude: o.Exclude,
		maxNames: maxNames, maxSeen: maxSeen, seen: map[fileID]bool{}, roots: map[string]bool{}}
}

// Probe reads one file.
func (s *Store) Probe(ctx context.Context, e scanner.Endpoint) scanner.Observation {
	o := scanner.Observe(e, ProbeName)
	o.Store = &scanner.Store{Path: e.Path, Links: e.Links, Items: []scanner.Item{}}
	if !utf8.ValidString(e.Path) {
		o.Store.PathBytes = []byte(e.Path)
	}
	info, err := statFile(e.Path)
	if err != nil {
		if !e.Outright && isLink(e.Path) {
			o.Store.Format = "broken link"
			return o
		}
		return failed(e, scanner.StageOpen, err)
	}
	o.Store.Mode, o.Store.Owner = mode(info), owner(info)
	if what := special(info.Mode()); what != "" {
		if system := madeUp(e.Path); system != "" && info.IsDir() {
			what = system + " file system"
		}
		if e.Outright {
			return scanner.Failed(e, ProbeName, scanner.Failure{Stage: scanner.StageOpen, Reason: scanner.ReasonGarbage,
				Detail: "a " + what + ", not a regular file: not opened"})
		}
		o.Store.Format = what
		return o
	}
	f, err := openFile(e.Path)
	if err != nil {
		return failed(e, scanner.StageOpen, err)
	}
	defer f.Close()
	c := content{maxSize: s.maxSize, known: s.known, opener: s.opener, excluded: s.excluded, ctx: ctx, observation: &o, seen: map[string]bool{}, ders: map[string][]byte{},
		entries: map[string]bool{}, secrets: map[string]bool{}, file: f, unpacked: &unpacked{}}
	if err := c.read(f, info.Size()); err != nil {
		return failed(e, scanner.StageRead, err)
	}
	c.relate()
	c.changed(f, info)
	return o
}

// changed says that a store was written to while it was read: what was read is
// then neither what it held before nor what it holds now. Of a file that is no
// store, such as a log, that means nothing.
func (c *content) changed(f *os.File, before fs.FileInfo) {
	s := c.observation.Store
	if s != nil && s.Format == "" {
		return
	}
	after, err := f.Stat()
	if err == nil && (after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime())) {
		c.incomplete("the file as it is now", scanner.ReasonUnlike, "it changed while it was read: scan it again")
	}
}

// isLink tells whether the path itself is a symbolic link.
func isLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// failed says why a file yielded nothing.
func failed(e scanner.Endpoint, stage scanner.Stage, err error) scanner.Observation {
	detail := err.Error()
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		detail = path.Op + ": " + path.Err.Error() // the endpoint has the path
	}
	return scanner.Failed(e, ProbeName, scanner.Failure{Stage: stage, Reason: scanner.ReasonOf(err), Detail: detail})
}

// special names what is no regular file; "" if it is one.
func special(m fs.FileMode) string {
	switch {
	case m.IsRegular():
		return ""
	case m.IsDir():
		return "directory"
	case m&fs.ModeNamedPipe != 0:
		return "FIFO"
	case m&fs.ModeSocket != 0:
		return "socket"
	case m&fs.ModeDevice != 0:
		return "device"
	}
	return "special file"
}

// mode is the permission bits as chmod writes them.
func mode(info fs.FileInfo) string {
	m := info.Mode()
	bits := uint64(m.Perm())
	for _, b := range []struct {
		flag fs.FileMode
		bit  uint64
	}{{fs.ModeSetuid, 0o4000}, {fs.ModeSetgid, 0o2000}, {fs.ModeSticky, 0o1000}} {
		if m&b.flag != 0 {
			bits |= b.bit
		}
	}
	return fmt.Sprintf("%04s", strconv.FormatUint(bits, 8))
}

// withContext makes reading stop when the context does.
type withContext struct {
	ctx context.Context
	r   io.Reader
}

func (w withContext) Read(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.r.Read(p)
}

package reports

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/fipsweep/fipsweep/scanner"
)

// uses gathers by path which files configurations name, whichever is met
// first, and eight bytes for each file in which anything was found.
type uses struct {
	files map[string]*usedFile
	read  map[uint64]struct{}
}

// Bounds of what is known of files in use.
const (
	maxUsedFiles = 1 << 16
	maxUsers     = 16      // of one file
	maxReadFiles = 1 << 20 // behind it a file in use may be told as not read
)

// A usedFile is one file, or folder, that configurations name.
type usedFile struct {
	state string
	users []user // the first
	at    []uint32
}

// A user is the place where a file is named.
type user struct {
	endpoint *scanner.Endpoint
	says     string // "ssl_certificate_key of nginx in /etc/nginx/nginx.conf, line 12"
	what     string
}

func newUses() uses {
	return uses{map[string]*usedFile{}, map[uint64]struct{}{}}
}

// met notes a file in which something was found, by each of its names.
func (u uses) met(o scanner.Observation) {
	if len(o.Store.Items)+len(o.Store.Protection) == 0 || len(u.read) >= maxReadFiles {
		return
	}
	u.read[fileKey(o.Endpoint.ID)] = struct{}{}
	for _, link := range o.Store.Links {
		u.read[fileKey(scanner.File(link).ID)] = struct{}{}
	}
}

func fileKey(id string) uint64 {
	k, _ := strconv.ParseUint(id, 16, 64) // as every id of an endpoint is
	return k
}

// add takes the files that a configuration names; more of the configuration
// itself is no file in use, but may be missing.
func (u uses) add(o scanner.Observation, e *scanner.Endpoint, n int) {
	for _, x := range o.Host.Uses {
		if x.Path == "" || x.What == scanner.UseConfiguration && x.State != scanner.UseMissing && x.State != scanner.UseUnreadable {
			continue
		}
		f := u.files[x.Path]
		if f == nil {
			if len(u.files) >= maxUsedFiles {
				return
			}
			f = &usedFile{state: x.State}
			u.files[x.Path] = f
		}
		if len(f.at) == 0 || f.at[len(f.at)-1] != uint32(n) {
			f.at = append(f.at, uint32(n))
		}
		says := clip(fmt.Sprintf("%s of %s in %s, line %d", x.Name, o.Host.Format, e.Path, x.Line), maxText)
		if len(f.users) < maxUsers {
			f.users = append(f.users, user{e, says, x.What})
		}
	}
}

// missing yields the files that are named and cannot be had, there the rest.
func (u uses) missing(yield func(Fact, []uint32) bool) bool { return u.each(FileMissing, yield) }
func (u uses) there(yield func(Fact, []uint32) bool) bool   { return u.each(FileNamed, yield) }

func (u uses) each(kind FactKind, yield func(Fact, []uint32) bool) bool {
	for _, path := range slices.Sorted(maps.Keys(u.files)) {
		f := u.files[path]
		file := scanner.File(path)
		says, at := f.says(), []*scanner.Endpoint{}
		for _, x := range f.users {
			at = append(at, x.endpoint)
		}
		lost := f.state == scanner.UseMissing || f.state == scanner.UseUnreadable
		if lost != (kind == FileMissing) {
			continue
		}
		switch _, read := u.read[fileKey(file.ID)]; {
		case f.state == scanner.UseMissing:
			says += " It is not there."
		case lost:
			says += " It may not be read by this sweep's user."
		case read:
			at = append(at, &file)
		case f.state == scanner.UseFile:
			says += " Nothing was found in it in this sweep, or it was not asked."
		}
		if !yield(newFact(kind, "", clip(path, maxText), says, len(at), at), f.at) {
			return false
		}
	}
	return true
}

// says who names the file, and as what.
func (f *usedFile) says() string {
	var who, what []string
	for _, x := range f.users {
		who, what = append(who, x.says), append(what, x.what)
	}
	slices.Sort(who)
	slices.Sort(what)
	return fmt.Sprintf("Named as %s: %s.", some(slices.Compact(what), 3), some(slices.Compact(who), 3))
}

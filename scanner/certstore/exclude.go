package certstore

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Excludes are globs of paths that are left alone, with all that lies below
// them. The zero value excludes nothing.
type Excludes struct{ patterns []*regexp.Regexp }

// ParseExcludes reads globs: * and ? stand for anything within a name, ** for
// anything at all, [a-z] for one of a set. One without a slash is about names
// anywhere; one with a slash begins at the root. The error joins every
// complaint.
func ParseExcludes(globs []string) (Excludes, error) {
	var x Excludes
	var errs []error
	for _, glob := range globs {
		p, err := compileGlob(glob)
		if err != nil {
			errs = append(errs, fmt.Errorf("%q: %w", glob, err))
			continue
		}
		x.patterns = append(x.patterns, p)
	}
	return x, errors.Join(errs...)
}

func compileGlob(glob string) (*regexp.Regexp, error) {
	glob = strings.TrimSuffix(glob, "/")
	switch {
	case glob == "" || glob == "**":
		return nil, errors.New("it would exclude everything; name a folder or a file, such as /srv/backup or *.iso")
	case strings.Contains(glob, "/") && !strings.HasPrefix(glob, "/") && !strings.HasPrefix(glob, "**/"):
		return nil, errors.New("a glob with a slash begins at the root, as /srv/backup does, or with **/")
	}
	var b strings.Builder
	if b.WriteString("(?s)^"); !strings.Contains(glob, "/") {
		b.WriteString("(?:.*/)?")
	}
	for i := 0; i < len(glob); i++ {
		switch c := glob[i]; {
		case strings.HasPrefix(glob[i:], "**/"):
			b.WriteString("(?:.*/)?")
			i += len("**/") - 1
		case strings.HasPrefix(glob[i:], "**"):
			b.WriteString(".*")
			i++
		case c == '*':
			b.WriteString("[^/]*")
		case c == '?':
			b.WriteString("[^/]")
		case c == '[' && strings.IndexByte(glob[i+1:], ']') > 0:
			end := i + 1 + strings.IndexByte(glob[i+1:], ']')
			set := strings.ReplaceAll(glob[i+1:end], `\`, `\\`)
			if set[0] == '!' {
				set = "^" + set[1:]
			}
			b.WriteString("[" + set + "]")
			i = end
		default:
			b.WriteString(regexp.QuoteMeta(glob[i : i+1]))
		}
	}
	b.WriteString("$")
	p, err := regexp.Compile(b.String())
	if err != nil {
		return nil, errors.New("no glob: want *, ?, ** or a set such as [a-z]")
	}
	return p, nil
}

// Has tells whether a path is excluded by itself. A walk never comes below
// one that is.
func (x Excludes) Has(path string) bool {
	for _, p := range x.patterns {
		if p.MatchString(path) {
			return true
		}
	}
	return false
}

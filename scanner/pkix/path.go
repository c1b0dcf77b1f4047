package pkix

import (
	"bytes"
	"slices"
)

// maxPath bounds the certificates that are looked at for a path. Clients bear
// ten or so.
const maxPath = 32

// Path finds the way up from the first of the certificates, as indices: each
// is issued by the next. Where several fit, one whose signature could be
// checked goes first, and then the one that stands nearest behind.
func Path(chain [][]byte) []int {
	links := make([]link, min(len(chain), maxPath))
	for i := range links {
		links[i] = newLink(chain[i])
	}
	if len(links) == 0 {
		return nil
	}
	path := []int{0}
	for at := 0; !links[at].selfIssued(); {
		next := issuerOf(links, at, path)
		if next < 0 {
			break
		}
		path = append(path, next)
		at = next
	}
	return path
}

// A link is what ties a certificate to others.
type link struct {
	signed signed
	body   body
	ok     bool
}

func newLink(der []byte) link {
	s, err := openSigned(der)
	if err != nil {
		return link{}
	}
	b, _ := walk(s.tbs.body)
	return link{s, b, len(b.spki.full) > 0}
}

// selfIssued tells whether issuer and subject are one.
func (l link) selfIssued() bool {
	return !l.ok || bytes.Equal(l.body.issuer.full, l.body.subject.full)
}

// issuerOf finds the issuer of a certificate among those that are not in the
// path yet; -1 where there is none.
func issuerOf(links []link, at int, path []int) int {
	best := -1
	for step := 1; step < len(links); step++ {
		i := (at + step) % len(links)
		if !links[i].ok || slices.Contains(path, i) || !bytes.Equal(links[i].body.subject.full, links[at].body.issuer.full) {
			continue
		}
		switch verify(links[i].body.spki.full, links[at].signed) {
		case verified:
			return i
		case uncheckable:
			if best < 0 {
				best = i
			}
		}
	}
	return best
}

package render

import (
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

// A matrix is the accepted suites by protocol version: which version lets a
// suite in.
type matrix struct {
	Versions []string
	Rows     []matrixRow
}

type matrixRow struct {
	Name  string
	Cells []cell
}

// A cell is one suite in one version. At most one of the three is set; none
// means that the version does not define the suite.
type cell struct {
	judged
	Accepted, Declined, Unknown bool
}

// newMatrix lays out an endpoint's suites; nil where it accepts no version.
func newMatrix(t *scanner.TLS, m rulings) *matrix {
	x := &matrix{}
	first := matrixRow{Name: "the version itself"}
	var order []string
	seen := map[string]bool{}
	for _, v := range t.Versions {
		x.Versions = append(x.Versions, v.Version)
		c := cell{Unknown: v.Accepted == nil}
		if v.Accepted != nil {
			c.Accepted, c.Declined = *v.Accepted, !*v.Accepted
		}
		c.judged = m.judge("protocol-version", v.Version)
		first.Cells = append(first.Cells, c)
		for _, s := range v.Suites {
			if !seen[s] && len(order) < 2*maxListed {
				seen[s] = true
				order = append(order, s)
			}
		}
	}
	x.Rows = append(x.Rows, first)
	for _, s := range order {
		row := matrixRow{Name: s}
		for _, v := range t.Versions {
			row.Cells = append(row.Cells, suiteCell(s, v, m))
		}
		x.Rows = append(x.Rows, row)
	}
	if len(x.Versions) == 0 {
		return nil
	}
	return x
}

func suiteCell(suite string, v scanner.TLSVersion, m rulings) cell {
	for _, s := range v.Suites {
		if s == suite {
			return cell{judged: m.judge("tls-cipher-suite", suite), Accepted: true}
		}
	}
	switch {
	case !defined(suite, v.Version):
		return cell{}
	case v.Accepted == nil:
		return cell{Unknown: true}
	}
	return cell{Declined: true}
}

// defined tells whether a suite can be had in a version: those of TLS 1.3 in
// no other, SSL 2.0's own kinds in no other, and AEAD suites and those with a
// PRF hash of their own from TLS 1.2 (RFC 5246 section 7.4.9, RFC 5288).
func defined(suite, version string) bool {
	s, ok := iana.SuiteByName(suite)
	switch {
	case !ok: // a kind of SSL 2.0, or a code point without a name
		return (version == scanner.SSLv2) == isSSL2(suite)
	case version == scanner.SSLv2:
		return false
	case s.TLS13 || version == scanner.TLSv13:
		return s.TLS13 && version == scanner.TLSv13
	case s.MAC == "AEAD" || s.PRF != "":
		return version == scanner.TLSv12
	}
	return true
}

func isSSL2(name string) bool {
	for _, k := range iana.SSL2Kinds() {
		if k.Name == name {
			return true
		}
	}
	return false
}

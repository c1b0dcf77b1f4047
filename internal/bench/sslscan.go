package bench

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"github.com/fipsweep/fipsweep/scanner/iana"
)

// Sslscan reads sslscan's XML, in which suites and groups have their code
// points.
func Sslscan(out []byte) (Found, error) {
	var r struct {
		Ciphers []struct {
			Version string `xml:"sslversion,attr"`
			ID      string `xml:"id,attr"`
			Name    string `xml:"cipher,attr"`
		} `xml:"ssltest>cipher"`
		Groups []struct {
			ID   string `xml:"id,attr"`
			Name string `xml:"name,attr"`
		} `xml:"ssltest>group"`
	}
	if err := xml.Unmarshal(out, &r); err != nil {
		return nil, fmt.Errorf("sslscan: %w", err)
	}
	f := Found{}
	f.Add(Suites)
	f.Add(Groups)
	for _, c := range r.Ciphers {
		f.Add(Suites, c.Version+" "+suiteByHex(c.ID, c.Name))
	}
	for _, g := range r.Groups {
		code, err := strconv.ParseUint(strings.TrimPrefix(g.ID, "0x"), 16, 16)
		if known, ok := iana.GroupByCode(uint16(code)); ok && err == nil {
			f.Add(Groups, known.Name)
		} else {
			f.Add(Groups, g.Name)
		}
	}
	return f, nil
}

// suiteByHex is the registry's name of a code point, or the tool's own where
// it is none.
func suiteByHex(digits, name string) string {
	code, err := strconv.ParseUint(strings.TrimPrefix(digits, "0x"), 16, 16)
	if s, ok := iana.SuiteByCode(uint16(code)); ok && err == nil {
		return s.Name
	}
	return name
}

package bench

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

// Testssl reads testssl.sh's JSON: a list of statements, of which those named
// "cipher-tls1_2_xc02f" are suites and two list groups.
func Testssl(out []byte) (Found, error) {
	var statements []struct{ ID, Finding string }
	if err := json.Unmarshal(out, &statements); err != nil {
		return nil, fmt.Errorf("testssl.sh: %w", err)
	}
	versions := map[string]string{"ssl2": scanner.SSLv2, "ssl3": scanner.SSLv3, "tls1": scanner.TLSv10, "tls1_1": scanner.TLSv11,
		"tls1_2": scanner.TLSv12, "tls1_3": scanner.TLSv13}
	f := Found{}
	f.Add(Suites)
	f.Add(Groups)
	for _, s := range statements {
		switch rest, isCipher := strings.CutPrefix(s.ID, "cipher-"); {
		case isCipher:
			if version, code, ok := strings.Cut(rest, "_x"); ok && versions[version] != "" {
				f.Add(Suites, versions[version]+" "+suiteByHex(code, s.Finding))
			}
		case strings.HasSuffix(s.ID, "FS_ECDHE_curves"): // PFS_ before 3.2
			for name := range strings.FieldsSeq(s.Finding) {
				f.Add(Groups, opensslGroup(name))
			}
		case s.ID == "DH_groups":
			for name := range strings.FieldsSeq(s.Finding) {
				if g, ok := iana.GroupByName(strings.ToLower(name)); ok {
					f.Add(Groups, g.Name)
				}
			}
		}
	}
	return f, nil
}

// opensslGroup is the registry's name of a curve of OpenSSL's.
func opensslGroup(name string) string {
	switch name {
	case "prime256v1":
		return "secp256r1"
	case "prime192v1":
		return "secp192r1"
	}
	for _, g := range iana.Groups() {
		if strings.EqualFold(g.Name, name) {
			return g.Name
		}
	}
	return name
}

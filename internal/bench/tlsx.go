package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

// Tlsx reads the JSON lines that tlsx writes when it was asked for versions and
// suites, by address. It tells no groups. What it has from the program openssl it
// tells once more by OpenSSL's names; those are left out.
func Tlsx(out []byte) (map[netip.Addr]Found, error) {
	versions := map[string]string{"ssl30": scanner.SSLv3, "tls10": scanner.TLSv10, "tls11": scanner.TLSv11, "tls12": scanner.TLSv12, "tls13": scanner.TLSv13}
	all := map[netip.Addr]Found{}
	for line := range bytes.Lines(out) {
		var r struct {
			IP      netip.Addr `json:"ip"`
			Probed  bool       `json:"probe_status"`
			Ciphers []struct {
				Version string              `json:"version"`
				Ciphers map[string][]string `json:"ciphers"` // by tlsx's own grade
			} `json:"cipher_enum"`
		}
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, fmt.Errorf("tlsx: %w", err)
		}
		if !r.Probed {
			continue
		}
		f := all[r.IP]
		if f == nil {
			f = Found{}
			all[r.IP] = f
		}
		f.Add(Suites)
		for _, v := range r.Ciphers {
			for _, names := range v.Ciphers {
				for _, n := range names {
					if !strings.HasPrefix(n, "TLS_") {
						continue
					}
					f.Add(Suites, versions[v.Version]+" "+registered(n))
				}
			}
		}
	}
	return all, nil
}

// registered is the registry's name of what Go's library calls a suite, or
// that where there is none.
func registered(name string) string {
	if s, ok := iana.SuiteByName(name); ok {
		return s.Name
	}
	return name
}

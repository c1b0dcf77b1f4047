package bench

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

// Fipsweep reads the JSON Lines of a scan of one endpoint.
func Fipsweep(out []byte) (Found, error) {
	for line := range bytes.Lines(out) {
		var o scanner.Observation
		if err := json.Unmarshal(line, &o); err != nil {
			return nil, fmt.Errorf("fipsweep: %w", err)
		}
		switch {
		case o.TLS != nil:
			return oursTLS(*o.TLS), nil
		case o.SSH != nil && o.SSH.Kexinit != nil:
			return oursSSH(*o.SSH), nil
		case o.Failure != nil:
			return nil, fmt.Errorf("fipsweep: %s: %s", o.Failure.Reason, o.Failure.Detail)
		}
	}
	return nil, errors.New("fipsweep: no observation")
}

// Swept reads the JSON Lines of a sweep of TLS endpoints, by address; one that
// failed is not there.
func Swept(out []byte) (map[netip.Addr]Found, error) {
	all := map[netip.Addr]Found{}
	for line := range bytes.Lines(out) {
		var o scanner.Observation
		if !bytes.HasPrefix(line, []byte(`{"schema":"fipsweep.observation/`)) {
			continue
		}
		if err := json.Unmarshal(line, &o); err != nil {
			return nil, fmt.Errorf("fipsweep: %w", err)
		}
		if o.TLS != nil {
			all[o.Endpoint.Address] = oursTLS(*o.TLS)
		}
	}
	return all, nil
}

func oursTLS(t scanner.TLS) Found {
	f := Found{}
	f.Add(Suites)
	f.Add(Groups)
	for _, v := range t.Versions {
		for _, s := range v.Suites {
			f.Add(Suites, v.Version+" "+s)
		}
		f.Add(Groups, v.Groups...)
		for _, p := range v.Primes {
			if _, negotiable := iana.GroupByName(p.Group); negotiable {
				f.Add(Groups, p.Group)
			}
		}
	}
	return f
}

func oursSSH(s scanner.SSH) Found {
	f := Found{}
	f.Add(HostKeys)
	k := s.Kexinit
	f.addLists(k.KexAlgorithms, k.ServerHostKeyAlgorithms, append(k.EncryptionClientServer, k.EncryptionServerClient...),
		append(k.MACClientServer, k.MACServerClient...))
	for _, key := range s.HostKeys {
		f.Add(HostKeys, key.Type)
	}
	return f
}

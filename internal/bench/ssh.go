package bench

import (
	"encoding/json"
	"fmt"
)

// markers are among the key exchanges, and are none.
func marker(name string) bool {
	return name == "kex-strict-s-v00@openssh.com" || name == "ext-info-s" || name == "kexguess2@matt.ucc.asn.au"
}

// addLists puts the lists of KEXINIT under their names. Both directions of
// ciphers and MACs are one list: no server here tells them apart.
func (f Found) addLists(kex, hostKey, ciphers, macs []string) {
	lists := map[string][]string{"kex": kex, "host key": hostKey, "cipher": ciphers, "mac": macs}
	for list, names := range lists {
		for _, n := range names {
			if !marker(n) {
				f.Add(Algorithms, list+" "+n)
			}
		}
	}
}

// SSHAudit reads ssh-audit's JSON.
func SSHAudit(out []byte) (Found, error) {
	type name struct {
		Algorithm string `json:"algorithm"`
	}
	var r struct {
		Kex, Key     []name
		Enc, MAC     []string
		Fingerprints []struct {
			HostKey string `json:"hostkey"`
		}
	}
	if err := json.Unmarshal(out, &r); err != nil {
		return nil, fmt.Errorf("ssh-audit: %w", err)
	}
	names := func(list []name) (all []string) {
		for _, n := range list {
			all = append(all, n.Algorithm)
		}
		return all
	}
	f := Found{}
	f.Add(HostKeys)
	f.addLists(names(r.Kex), names(r.Key), r.Enc, r.MAC)
	for _, p := range r.Fingerprints {
		f.Add(HostKeys, p.HostKey)
	}
	return f, nil
}

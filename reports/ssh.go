package reports

import "github.com/fipsweep/fipsweep/scanner"

// SSHServers counts what is told of SSH servers and ruled on by no rule, or by
// one that does not say so.
type SSHServers struct {
	Servers   int `json:"servers"`
	Protocol1 int `json:"protocol_1"`        // they speak it, alone or too
	Terrapin  int `json:"terrapin"`          // see scanner.Kexinit.Terrapin
	OldGroups int `json:"old_group_request"` // they answer group exchange as it was before RFC 4419
	NotSafe   int `json:"no_safe_prime"`     // they sent a prime that is none, or no safe one
	NotListed int `json:"not_in_moduli"`     // they sent a prime of no published group that no moduli file has which was named
}

func (s *SSHServers) add(o *scanner.SSH) {
	count := func(n *int, yes bool) {
		if yes {
			*n++
		}
	}
	s.Servers++
	r := o.Read()
	one := false
	for _, p := range r.Protocols {
		one = one || p == "1"
	}
	count(&s.Protocol1, one)
	count(&s.Terrapin, r.Terrapin != nil && *r.Terrapin)
	count(&s.OldGroups, o.OldGroupRequest)
	notSafe, notListed := false, false
	for _, p := range o.Primes {
		notSafe = notSafe || p.Problem != ""
		notListed = notListed || p.Group == "" && p.InModuli != nil && !*p.InModuli
	}
	count(&s.NotSafe, notSafe)
	count(&s.NotListed, notListed)
}

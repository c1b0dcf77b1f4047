package target

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// DefaultPorts is what is asked where a target names no port: ports of TLS,
// of SSH, and of protocols that turn to TLS or should have it. The likeliest come
// first, because a host's ports are asked in this order and a host that
// answers none of the first is taken for silent.
func DefaultPorts() []uint16 {
	return []uint16{
		443, 22, // https, ssh
		8443, 25, 993, 587, 465, 636, 143, 995, 110, 21, // alternate https, mail, ldaps, ftp
		853, 989, 990, 992, 994, 563, // dns, ftps, telnets, ircs, nntps over TLS
		2222, 3269, 4443, 9443, 6443, // alternate ssh, global catalogue, alternate https, kubernetes
		5061, 5671, 6697, 8883, // sips, amqps, ircs, mqtts
		389, 3389, 5432, 3306, 1433, // ldap, rdp, databases
		5222, 5269, 4190, // xmpp, sieve
		5672, 6379, 6380, 27017, // amqp, redis, mongodb: in clear, or with TLS
	}
}

// SchemePort is the port that a scheme stands for where the target names none.
func SchemePort(scheme string) (uint16, bool) {
	switch scheme {
	case "tls":
		return 443, true
	case "ssh":
		return 22, true
	case "smtp":
		return 25, true
	case "submission":
		return 587, true
	case "lmtp":
		return 24, true
	case "imap":
		return 143, true
	case "pop3":
		return 110, true
	case "ftp":
		return 21, true
	case "nntp":
		return 119, true
	case "irc":
		return 6667, true
	case "sieve":
		return 4190, true
	case "ldap":
		return 389, true
	case "xmpp", "xmpp-client":
		return 5222, true
	case "xmpp-server":
		return 5269, true
	case "postgres":
		return 5432, true
	case "mysql", "mariadb":
		return 3306, true
	case "amqp":
		return 5672, true
	case "mongodb":
		return 27017, true
	case "redis":
		return 6379, true
	case "mssql":
		return 1433, true
	case "rdp":
		return 3389, true
	case "dns":
		return 53, true
	}
	return 0, false
}

// PortSet is the ports of a kind of service, by the word that --ports takes for
// it, in the order in which they are asked. Top is the usual ones of all.
func PortSet(word string) ([]uint16, bool) {
	switch word {
	case "top":
		return DefaultPorts(), true
	case "tls": // TLS from the first byte, whatever speaks in it
		return []uint16{443, 8443, 993, 465, 636, 995, 853, 989, 990, 992, 994, 563, 3269, 4443, 9443, 6443, 5061, 5671, 6697, 8883, 6380}, true
	case "ssh":
		return []uint16{22, 2222}, true
	case "mail":
		return []uint16{25, 587, 465, 143, 993, 110, 995, 4190, 24}, true
	case "db":
		return []uint16{5432, 3306, 1433, 27017, 6379, 6380}, true
	case "web":
		return []uint16{443, 8443, 4443, 9443, 6443}, true
	}
	return nil, false
}

// ParsePorts reads a list of ports, ranges and sets, such as
// "ssh,443,8000-8010". It keeps the order in which they are written, since that
// is the order in which they are asked, and drops what repeats.
func ParsePorts(s string) ([]uint16, error) {
	ports, _, err := parsePorts(s)
	return ports, err
}

// parsePorts tells also whether every port was named by its number: those of a
// set are asked on the chance that they are open.
func parsePorts(s string) (ports []uint16, numbered bool, err error) {
	var errs []error
	seen := map[uint16]bool{}
	add := func(p uint16) {
		if !seen[p] {
			seen[p] = true
			ports = append(ports, p)
		}
	}
	numbered = true
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		if set, ok := PortSet(part); ok {
			numbered = false
			for _, p := range set {
				add(p)
			}
			continue
		}
		first, last, err := portRange(part)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		for p := int(first); p <= int(last); p++ {
			add(uint16(p))
		}
	}
	if len(errs) > 0 {
		return nil, false, errors.Join(errs...)
	}
	return slices.Clip(ports), numbered, nil
}

func portRange(s string) (first, last uint16, err error) {
	from, to, ranged := strings.Cut(s, "-")
	if first, err = port(from); err != nil {
		return 0, 0, err
	}
	if !ranged {
		return first, first, nil
	}
	if last, err = port(to); err != nil {
		return 0, 0, err
	}
	if last < first {
		return 0, 0, fmt.Errorf("port range %s runs backwards: write %d-%d", s, last, first)
	}
	return first, last, nil
}

func port(s string) (uint16, error) {
	if s == "" {
		return 0, errors.New("a port is missing: write ports as 443 or 443,8443 or 8000-8010 or ssh")
	}
	// ParseUint takes a sign for an error and leading zeros for nothing.
	n, err := strconv.ParseUint(s, 10, 64)
	if errors.Is(err, strconv.ErrSyntax) {
		return 0, fmt.Errorf("%.40q is no port: write a number from 1 to 65535, or tls, ssh, mail, db, web or top", s)
	}
	if err != nil || n < 1 || n > 65535 {
		return 0, fmt.Errorf("port %.20s is out of range: ports run from 1 to 65535", s)
	}
	return uint16(n), nil
}

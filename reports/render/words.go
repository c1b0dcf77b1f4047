package render

import (
	"fmt"
	"strings"
	"time"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

// many writes a count with its noun: "1 endpoint", "2 endpoints".
func many(n int, noun string) string {
	return number(n) + " " + noun + ending(n)
}

func ending(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// fail is the verb to a count: 1 endpoint fails, 2 endpoints fail.
func verb(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}

// verbOf is the verb to a part of a whole: 0 of 1 endpoint fails, 1 of 2
// endpoints fails, 0 of 2 endpoints fail.
func verbOf(part, whole int, one, more string) string {
	if whole == 1 {
		return one
	}
	return verb(part, one, more)
}

// number writes n with thousands apart: 6,914.
func number(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// inWords writes small numbers as words.
func inWords(n int) string {
	words := [...]string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}
	if n >= 0 && n < len(words) {
		return words[n]
	}
	return number(n)
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// verdict is the sentence behind the headline, without it.
func verdict(r *reports.Report) string { return unwaived(r) + byWaiver(r) }

// byWaiver says how many endpoints owe it to waivers alone that they do not
// fail or are not to watch.
func byWaiver(r *reports.Report) string {
	if r.Waived.Endpoints == 0 {
		return ""
	}
	return fmt.Sprintf("; %s only by waiver", number(r.Waived.Endpoints))
}

// stopped is how a sweep that was broken off is told of.
func stopped(r *reports.Report) string {
	s := stoppedBy(r) + " before everything was asked"
	if l := r.Sweep.Left; l != nil && l.Endpoints > 0 {
		s += ": " + leftOver(l) + " left"
	}
	return s
}

// left is what such a sweep says of the rest. One that was killed does not know
// of it.
func left(r *reports.Report) string {
	switch l := r.Sweep.Left; {
	case l == nil || l.Endpoints == 0 && l.AtLeast:
		return stoppedBy(r) + ", and an unknown number of endpoints was left unasked"
	case l.Endpoints == 0:
		return stoppedBy(r) + ", and nothing was left unasked"
	default:
		return stoppedBy(r) + ", and " + leftOver(l) + " left unasked"
	}
}

func stoppedBy(r *reports.Report) string {
	const s = "the sweep was stopped"
	switch l := r.Sweep.Left; {
	case l != nil && l.By == scanner.ByDeadline:
		return s + " by its deadline"
	case l != nil && l.By == scanner.BySignal:
		return s + " by a signal"
	}
	return s
}

// leftOver is how many endpoints a sweep left, with their verb. How many a name
// or a tree would have led to is not known before it is asked.
func leftOver(l *scanner.Left) string {
	n := int(l.Endpoints)
	s := many(n, "endpoint") + " " + verb(n, "was", "were")
	if l.AtLeast {
		s = "at least " + s
	}
	return s
}

// unreached names the first n of the hosts and paths that were named and never
// reached, each as it is to be written; "" for none.
func unreached(r *reports.Report, n int, write func(string) string) string {
	l := r.Sweep.Left
	if l == nil || len(l.Unreached) == 0 {
		return ""
	}
	var names []string
	for _, name := range l.Unreached[:min(n, len(l.Unreached))] {
		names = append(names, write(name))
	}
	s := "Named and not reached: " + strings.Join(names, ", ")
	if len(l.Unreached) > n || l.More {
		s += " and others"
	}
	return s
}

// unwaived is the verdict on what no waiver takes out.
func unwaived(r *reports.Report) string {
	fails, observed := r.Grade(fips.Fail), r.Observed
	switch {
	case fails > 0:
		return fmt.Sprintf("%s of %s observed %s", number(fails), many(observed, "endpoint"), verb(fails, "fails", "fail"))
	case r.Headline() == reports.NotYet:
		n := r.Count(fips.Unclassified)
		return fmt.Sprintf("none of %s observed fails, but %s %s a name that no rule covers", many(observed, "endpoint"), number(n), verb(n, "shows", "show"))
	case r.Sweep.Scope.Empty && r.Asked == 0:
		return fmt.Sprintf("nothing was asked: no target falls to shard %s", r.Sweep.Scope.Shard)
	case r.Gaps.Stopped && r.Gaps.Nothing:
		return "stopped before everything was asked, and nothing was observed"
	case r.Gaps.Stopped:
		return fmt.Sprintf("stopped before everything was asked; none of %s observed fails", many(observed, "endpoint"))
	case r.Gaps.Nothing && r.Empty > 0 && r.Empty == r.Asked && r.Told > 0:
		return fmt.Sprintf("nothing was observed: %s read, none holds anything that is ruled on", many(r.Empty, "file"))
	case r.Gaps.Nothing && r.Empty > 0 && r.Empty == r.Asked:
		return fmt.Sprintf("nothing was observed: %s read, none holds anything known as cryptography", many(r.Empty, "file"))
	case r.Gaps.Nothing && r.Asked > 0:
		return fmt.Sprintf("nothing was observed at %s asked", many(r.Asked, "endpoint"))
	case r.Gaps.Nothing:
		return "nothing was asked and nothing was observed"
	case r.NotSeen > 0:
		return fmt.Sprintf("none of %s observed fails, but %s %s not seen", many(observed, "endpoint"), number(r.NotSeen), verb(r.NotSeen, "was", "were"))
	case r.Gaps.Incomplete():
		return fmt.Sprintf("none of %s observed fails, but not all was asked of %s", many(observed, "endpoint"), number(r.Gaps.Lost+r.Gaps.Partial))
	}
	s := fmt.Sprintf("none of %s observed fails", many(observed, "endpoint"))
	if n := r.Grade(fips.Watch); n > 0 {
		s += fmt.Sprintf("; %s to watch", number(n))
	}
	return s
}

// wayOut says how far the first changes lead: at most three of them.
func wayOut(r *reports.Report) string {
	n, repaired := firstChanges(r)
	if repaired == 0 {
		return ""
	}
	if repaired == r.Grade(fips.Fail) {
		switch repaired {
		case 1:
			return fmt.Sprintf("%s %s %s it", inWords(n), verb(n, "change", "changes"), verb(n, "repairs", "repair"))
		case 2:
			return fmt.Sprintf("%s %s %s both", inWords(n), verb(n, "change", "changes"), verb(n, "repairs", "repair"))
		}
		return fmt.Sprintf("%s %s %s all of them", inWords(n), verb(n, "change", "changes"), verb(n, "repairs", "repair"))
	}
	return fmt.Sprintf("%s %s %s %s of them", inWords(n), verb(n, "change", "changes"), verb(n, "repairs", "repair"), number(repaired))
}

// firstChanges is how many of the first three changes are needed to repair
// what they repair together.
func firstChanges(r *reports.Report) (n, repaired int) {
	for i, c := range r.Changes[:min(3, len(r.Changes))] {
		if c.Repairs > 0 {
			n, repaired = i+1, repaired+c.Repairs
		}
	}
	return n, repaired
}

// scope is what was swept, as the operator wrote it.
func scope(r *reports.Report) string {
	if part := r.Sweep.Scope.Shard; part != "" {
		return "shard " + part + " of " + written(r)
	}
	return written(r)
}

func written(r *reports.Report) string {
	list := r.Sweep.Scope.Targets
	switch {
	case len(list) == 0:
		return "no target"
	case len(list) > 6:
		return strings.Join(list[:5], ", ") + fmt.Sprintf(" and %d more", len(list)-5)
	}
	return strings.Join(list, ", ")
}

// lasted is a duration as people say it: "6 min 31 s".
func lasted(from, to time.Time) string {
	if from.IsZero() || to.IsZero() || to.Before(from) {
		return ""
	}
	d := to.Sub(from).Round(time.Second)
	switch {
	case d < time.Second:
		return "under 1 s"
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second)
	}
	return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
}

// reasonWord is a reason in a sentence.
func reasonWord(r scanner.Reason) string {
	return strings.ReplaceAll(string(r), "-", " ")
}

// changeTitle is a change's title with what it is made on.
func changeTitle(c reports.Change) string {
	return c.Title + ", " + many(c.Endpoints, "endpoint")
}

// subjectKind is a kind of subject in words.
func subjectKind(k string) string {
	words := strings.ReplaceAll(clean(k), "-", " ")
	for _, acronym := range [...]string{"ssh", "tls", "dnssec", "kdf", "prf", "mac"} {
		if words == acronym || strings.HasPrefix(words, acronym+" ") {
			words = strings.ToUpper(acronym) + words[len(acronym):]
		}
	}
	switch k {
	case "named-group":
		return "TLS group"
	case "ssh-kex":
		return "SSH key exchange"
	case "ssh-hostkey":
		return "SSH host key"
	case "ssh-mac":
		return "SSH MAC"
	case "kdf-prf":
		return "key derivation"
	case "keystore-protection":
		return "protection at rest"
	case "tls-cipher-suite", "tls-cipher-suite-rule":
		return "TLS cipher suite"
	}
	return words
}

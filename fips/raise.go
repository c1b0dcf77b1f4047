package fips

import (
	"slices"
)

// raised is a rule that policies speak of: the demands that cover it, and
// what holds when. Where a demand is about the length of keys, what holds
// depends on the key, and line is not filled in.
type raised struct {
	demands []*Demand
	sized   bool
	line    []Standing
}

// raise finds the demands on each rule.
func raise(c *Catalogue, indexes ...*Index) map[*Rule]*raised {
	all := map[*Rule]*raised{}
	for _, x := range indexes {
		for i := range x.rules {
			r := &x.rules[i]
			if one := raiseOne(c, r); len(one.demands) > 0 {
				all[r] = one
			}
		}
	}
	return all
}

func raiseOne(c *Catalogue, r *Rule) *raised {
	one := new(raised)
	for p := range c.Policies {
		for d := range c.Policies[p].Tighten {
			demand := &c.Policies[p].Tighten[d]
			if demand.covers(r, r.shortest()) {
				one.demands = append(one.demands, demand)
				one.sized = one.sized || demand.BelowBits > 0
			}
		}
	}
	if len(one.demands) > 0 && !one.sized {
		one.line = joined(stretches(r, one.demands))
	}
	return one
}

// shortest is the length of the shortest key that a rule is about, of which
// every demand on longer ones too is true.
func (r *Rule) shortest() int {
	switch {
	case r.Kind == keyKind && r.Name == pssKeyName:
		return minPSSBits
	case r.Bounds == nil:
		return 0
	}
	return r.Bounds.MinBits
}

// bands are the lengths of keys at which what holds for a rule's subject
// changes: the first of each stretch of lengths, in order.
func (j *Judge) bands(r *Rule) []int {
	list := []int{r.shortest()}
	if x := j.raised[r]; x != nil && x.sized {
		for _, d := range x.demands {
			longest := d.BelowBits
			if r.Bounds != nil && r.Bounds.MaxBits > 0 {
				longest = r.Bounds.MaxBits
			}
			if d.BelowBits > list[0] && d.BelowBits <= longest {
				list = append(list, d.BelowBits)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// on says what a rule and the policies say of its subject on the day; the bits
// are those of the key that was seen, 0 where none was.
func (j *Judge) on(r *Rule, day Date, bits int) (Standing, bool) {
	line := j.line(r, bits)
	if line == nil {
		return r.On(day)
	}
	for i := len(line) - 1; i >= 0; i-- {
		if line[i].From <= day {
			return line[i], line[i].Until == "" || day <= line[i].Until
		}
	}
	return Standing{}, false
}

// Standing is what a rule and the policies say of its subject on the judge's
// day; of a key, the shortest that the rule is about.
func (j *Judge) Standing(r *Rule) (Standing, bool) { return j.on(r, j.asOf, 0) }

// line is what holds when of a rule that a policy speaks of; nil where none
// does.
func (j *Judge) line(r *Rule, bits int) []Standing {
	x := j.raised[r]
	switch {
	case x == nil:
		return nil
	case !x.sized:
		return x.line
	}
	demands := j.demandsOn(r, bits)
	if len(demands) == 0 {
		return nil
	}
	return joined(stretches(r, demands))
}

// demandsOn is the demands on a rule's subject. Where no key was seen they are
// those on the shortest, which is under all of them.
func (j *Judge) demandsOn(r *Rule, bits int) []*Demand {
	x := j.raised[r]
	if x == nil {
		return nil
	}
	if bits == 0 {
		bits = r.shortest()
	}
	var held []*Demand
	for _, d := range x.demands {
		if d.BelowBits == 0 || bits < d.BelowBits {
			held = append(held, d)
		}
	}
	return held
}

// joined puts together what follows each other and differs only in what the
// rule would say without the demand.
func joined(line []Standing) []Standing {
	var list []Standing
	for _, s := range line {
		n := len(list)
		if n > 0 && s.By != nil && list[n-1].By == s.By {
			list[n-1].Until, list[n-1].Next = s.Until, s.Next
			continue
		}
		list = append(list, s)
	}
	return list
}

// stretches cuts time where the status of a rule's subject, what brings it
// about, or what the rule itself says of it changes.
func stretches(r *Rule, demands []*Demand) []Standing {
	var line []Standing
	end := Date("")
	for _, day := range turns(r, demands) {
		own, ok := r.On(day)
		if !ok {
			end = dayBefore(day)
			break
		}
		now := own
		now.Own, now.From, now.Until, now.Next = own.Status, day, "", nil
		n := len(line)
		for _, d := range demands {
			goesOn := n > 0 && line[n-1].By == d // of equal ones, that which held before
			if d.holds(day) && (d.Status > now.Status || goesOn && now.By != nil && d.Status == now.Status) {
				now.Status, now.By, now.Turned = d.Status, d, d.transition(day)
			}
		}
		if n > 0 {
			last := &line[n-1]
			if last.By == now.By && last.Own == now.Own && (now.By != nil || last.Turned == own.Turned) {
				continue
			}
			last.Until, last.Next = dayBefore(day), now.begins(r)
		}
		line = append(line, now)
	}
	if n := len(line); n > 0 {
		line[n-1].Until = end
	}
	return line
}

// turns are the days on which what holds may change: the first of the rule,
// and those after it.
func turns(r *Rule, demands []*Demand) []Date {
	days := []Date{r.From}
	add := func(d Date) {
		if d > r.From {
			days = append(days, d)
		}
	}
	for _, t := range r.Transitions {
		add(t.From)
	}
	for _, d := range demands {
		add(d.From)
		add(daysLater(d.Until, 1))
	}
	if r.Until != "" {
		add(daysLater(r.Until, 1))
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// transition is the coming into force of a demand.
func (d *Demand) transition(day Date) *Transition {
	t := &Transition{From: day, Status: d.Status, Draft: d.Draft, Note: "By " + d.ID + "."}
	if len(d.Cite) > 0 {
		t.Cite = d.Cite[0]
	}
	return t
}

// begins is the transition to a stretch: the demand's or the rule's own, or,
// where a demand has ended, back to what the rule says.
func (s *Standing) begins(r *Rule) *Transition {
	switch {
	case s.By != nil:
		return s.By.transition(s.From)
	case s.Turned != nil && s.Turned.From == s.From:
		return s.Turned
	}
	t := &Transition{From: s.From, Status: s.Status, Draft: s.Turned != nil && s.Turned.Draft}
	if cites := r.cite(*s); len(cites) > 0 {
		t.Cite = cites[0]
	}
	return t
}

// later are the changes of a rule's subject that the day has not reached.
func (j *Judge) later(r *Rule, day Date, bits int) []Transition {
	line := j.line(r, bits)
	if line == nil {
		return r.later(day)
	}
	list := []Transition{}
	for i := 1; i < len(line); i++ {
		if day < line[i].From {
			list = append(list, *line[i].begins(r))
		}
	}
	return list
}

// demandOn is the strictest demand of those for which about is true that holds
// on the day and asks for worse than a status; nil where none does.
func (j *Judge) demandOn(day Date, worse Status, about func(*Demand) bool) *Demand {
	var strictest *Demand
	for p := range j.policies {
		for i := range j.policies[p].Tighten {
			if d := &j.policies[p].Tighten[i]; d.Status > worse && d.holds(day) && about(d) {
				strictest, worse = d, d.Status
			}
		}
	}
	return strictest
}

// rule is the demand as a rule about one subject, for subjects that have none.
func (d *Demand) rule(s Subject, use string) *Rule {
	return &Rule{ID: d.ID, Kind: s.Kind, Name: s.Name, Use: use, Status: d.Status, From: d.From, Until: d.Until, Cite: d.Cite,
		Because: d.Because, Remedy: d.Remedy, Confidence: d.Confidence, SourceRead: d.SourceRead}
}

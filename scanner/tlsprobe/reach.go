package tlsprobe

import "slices"

// A reach is where the curves that are kept stand in a question.
type reach uint8

const (
	atEnd      reach = iota
	behindUsed       // behind those in wide use, since a question with them at the end was refused
	behindRest       // behind the others, once they were chosen there
)

// curvesOf puts a question for curves. Mbed TLS (2.28) reads the first 11 that it
// knows, and does not come to that of its certificate at the end of them all: in two
// questions it stands within.
func (l *listing) curvesOf(q question, where reach) answer {
	if where == atEnd {
		return l.withDSA(q)
	}
	if where == behindRest {
		used := inUse(q.groups)
		q.groups = append(without(q.groups, used), used...)
		q.keep, q.groups = nil, slices.Insert(q.groups, len(q.groups)-len(used), q.keep...)
	} else {
		q.keep, q.groups = nil, amid(q.groups, q.keep)
	}
	return l.pose(q)
}

// amid is groups with others behind those of them that are in wide use.
func amid(groups, others []uint16) []uint16 {
	used := inUse(groups)
	return slices.Concat(used, others, without(groups, used))
}

func inUse(groups []uint16) []uint16 {
	return slices.DeleteFunc(slices.Clone(groups), func(g uint16) bool { return !slices.Contains(usualGroups, g) })
}

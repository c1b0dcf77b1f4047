package sweep

import (
	"sync"

	"github.com/fipsweep/fipsweep/scanner"
)

// A named is one name that was named outright, with all its addresses. The
// name is lost only if none of them answers: a server that listens on one of
// the addresses of localhost is not half missing. So what failed to connect is
// held back until it is known whether another address answered.
type named struct {
	mu       sync.Mutex
	open     int // probes under way, and one for the expansion itself
	answered bool
	held     []scanner.Observation
}

func newNamed(t scanner.Target) *named {
	if !t.Outright || t.Name == "" {
		return nil
	}
	return &named{open: 1}
}

// begin counts a probe. A nil receiver holds nothing back.
func (n *named) begin() {
	if n != nil {
		n.mu.Lock()
		n.open++
		n.mu.Unlock()
	}
}

// met is told of an address that was asked before.
func (n *named) met(answered bool) {
	if n != nil {
		n.mu.Lock()
		n.answered = n.answered || answered
		n.mu.Unlock()
	}
}

// end takes the outcome of a probe, or none, and returns what can be handed on
// by now.
func (n *named) end(outcome ...scanner.Observation) []scanner.Observation {
	if n == nil {
		return outcome
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.open--
	var ready []scanner.Observation
	for _, o := range outcome {
		if f := o.Failure; f != nil && f.Stage == scanner.StageConnect {
			n.held = append(n.held, o)
			continue
		}
		n.answered = n.answered || o.Answered()
		ready = append(ready, o)
	}
	if n.open > 0 {
		return ready
	}
	for _, o := range n.held {
		o.Outright = o.Outright && !n.answered
		ready = append(ready, o)
	}
	n.held = nil
	return ready
}

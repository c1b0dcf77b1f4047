package sweep

import "sync/atomic"

// Progress is what a running sweep has done so far. One value is shared by a
// Local and its Dialer, and may be read at any time.
type Progress struct {
	Asked    atomic.Int64 // endpoints whose probe began
	Done     atomic.Int64 // observations handed on
	Answered atomic.Int64 // of those, endpoints from which something came back

	Walked atomic.Int64 // targets with a path that were followed to the end
	Files  atomic.Int64 // endpoints that these led to so far, those of a resumed sweep among them

	Open        atomic.Int64 // connections open or being opened
	Connections atomic.Int64 // connections tried so far
}

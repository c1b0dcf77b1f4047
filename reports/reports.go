package reports

import (
	"context"
	"iter"

	"github.com/fipsweep/fipsweep/fips"
)

// A Recorder takes each assessment once, in the order of the sweep.
type Recorder interface {
	Record(ctx context.Context, a fips.Assessment) error
}

// Assessments reads all assessments of a sweep again, from wherever they are
// kept: a renderer that needs each of them ranges over it, so that the report
// itself holds counts and bounded examples only.
type Assessments func(ctx context.Context) iter.Seq2[fips.Assessment, error]

package reports

import (
	"bytes"
	"fmt"
	"time"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/control"
	"github.com/fipsweep/fipsweep/scanner"
)

// AppendObservation appends an observation as its line has it.
func AppendObservation(b *bytes.Buffer, o scanner.Observation) error {
	line, err := o.Encode()
	b.Write(line)
	return err
}

// AppendFinding appends a finding as its line has it, with the shown controls
// of the table. The time is that of its observation.
func AppendFinding(b *bytes.Buffer, r *Report, f fips.Finding, t time.Time, table *control.Table) error {
	l := Lines{controls: table}
	if err := encode(b, l.together(r, f, t)); err != nil {
		return fmt.Errorf("encode finding %s: %w", f.ID, err)
	}
	return nil
}

// AppendSweep appends what the sweep came to as its line has it.
func AppendSweep(b *bytes.Buffer, r *Report) error {
	if err := encode(b, newSweepLine(r)); err != nil {
		return fmt.Errorf("encode sweep %s: %w", r.Sweep.ID, err)
	}
	return nil
}

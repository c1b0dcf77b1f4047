// Package reports says it to somebody. It owns the report, the builder that
// gathers it while a sweep runs, and the interface by which assessments reach
// whatever records them.
//
// It never probes and never rules.
package reports

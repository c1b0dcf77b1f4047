// Package replay owns a sweep's journal: a file with one line for each
// observation, outside of the process as soon as it is made, and the reading
// of it again as a source of observations. It also reads what a sweep wrote as
// JSON lines.
//
// It never judges, and it keeps no evidence bytes: those have their digests.
package replay

// Package control holds frameworks as tables: each control and the classes of
// evidence that speak for or against it. It counts assessments into those
// tables and says, for each control, satisfied, not-satisfied or not-assessed.
//
// It never calls a control satisfied because nothing was seen, and it never
// rules on an algorithm.
package control

// Package render writes a report for people: a summary of at most 80 columns
// for a terminal, and one self-contained HTML file for a screen or paper.
//
// It decides wording and layout only. Every figure is the report's, and what
// was not seen is never dressed as something that was.
package render
